"""What the organisation may see of its qualities: rules for capability releases (privacy rules 14-18)."""
