"""The name of a fact on a timeline: the same for who corrects it and for who shows it."""

from kit.ids import derived_id


def entry_id(person: str, version: int) -> str:
    """Return the id of the fact at a version of a person's portfolio stream."""
    return derived_id("timeline", person, str(version))
