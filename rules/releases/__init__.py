"""What the organisation may see of its qualities: pure rules for capability releases (privacy rules 14-18)."""
