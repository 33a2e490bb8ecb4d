"""
Ids of what a team has (joint goals, work offers, sessions): the id of the team, and one within the team.

So such an id says which stream it is in. It is not signed: everybody may know which teams there are, and
nothing of a team is read for somebody who is no member.
"""

from kit.ids import is_id

_ID_CHARS = 32


def thing_id(team: str, local: str) -> str:
    """Return the id of something of a team, 64 hexadecimal digits; both parts have 32."""
    return team + local


def team_of(thing: str) -> str | None:
    """Return the team that an id names; None if this is no such id."""
    return thing[:_ID_CHARS] if is_id(thing[:_ID_CHARS]) and is_id(thing[_ID_CHARS:]) else None


def local_of(thing: str) -> str:
    """Return the second part of an id, as the events of the team have it."""
    return thing[_ID_CHARS:]
