"""What an auditor checks: commits read from the log's own bytes, checkpoints, and evidence to take away."""
