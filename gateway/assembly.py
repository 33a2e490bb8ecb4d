"""Putting a gateway together from settings: pools, keys, the way to the services."""
