"""Ends feedback rounds: makes the mirror of one that is closing, removes what is left of one that is over."""
