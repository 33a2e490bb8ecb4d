"""Ends feedback rounds: makes the mirror of one that is closing, and removes what is left of one that ended."""
