"""Makes capability releases on their dates, and computes them again for an auditor."""
