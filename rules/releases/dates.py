"""The fixed dates of releases (privacy rule 16): a row of days that nobody chooses."""

from datetime import date, timedelta


def next_on(*, first_adopted_on: date, last_on: date | None, every_days: int) -> date:
    """
    Return the day of the next release.

    The first is `every_days` after the first policy was adopted, each later one as many after the last. A
    policy with another number counts from the last release on.
    """
    return (first_adopted_on if last_on is None else last_on) + timedelta(days=every_days)


def due_on(following: date, *, today: date, every_days: int) -> date | None:
    """
    Return the day of the release that is due; None if the next one, `following`, is still to come.

    Days that were missed, because the processes were down, make one release: that of the latest of them.
    """
    if following > today:
        return None
    missed = (today - following).days // every_days
    return following + timedelta(days=missed * every_days)
