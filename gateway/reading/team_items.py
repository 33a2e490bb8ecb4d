"""What members opened to their team: for members alone, from a fresh view, the same for each of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from gateway.errors import ErrorCode, GatewayError
from gateway.reading.term_labels import Terms, relabelled_item
from gateway.reading.view_reader import ViewReader
from projections.views import catalogue, shared


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A moment of the past, and its day in the organisation."""

    moment: datetime
    day: date


class TeamAsked(msgspec.Struct, frozen=True, kw_only=True):
    """
    A team's page, for one of its members, on a day, from views that are at most `at_most_s` old.

    With `past`, what it showed then, of what it shows today.
    """

    team: str
    viewer: str
    today: date
    at_most_s: float
    past: Past | None = None


class OpenTalents(msgspec.Struct, frozen=True, kw_only=True):
    """
    The talents that are open in a team, in the words of today, by owner's name.

    `terms` are those they were claimed by, read as today; `since` is when the first member was reported, or
    the moment of the past that was asked for.
    """

    since: datetime
    talents: Sequence[shared.TeamTalent]
    terms: Terms


OpenOffers = Sequence[shared.OfferedGoal]


async def open_talents(reader: ViewReader, asked: TeamAsked) -> OpenTalents:
    """Return what is open in a team. Raises PARKED, and UNAVAILABLE as `check_member` and for an old view."""

    async def read(connection: Any) -> OpenTalents:
        since = await check_member(connection, asked)
        found = await _talents(connection, asked)
        terms = await catalogue.terms_read_as(connection, [item.term for item in found if item.term])
        talents = [relabelled_item(terms, item) for item in found]
        nothing = asked.past.moment if asked.past else since
        return OpenTalents(since=nothing, talents=talents, terms=terms)

    return await reader.subject(shared.VIEW, asked.viewer, read, at_most_s=asked.at_most_s)


async def _talents(connection: Any, asked: TeamAsked) -> Sequence[shared.TeamTalent]:
    team, past = asked.team, asked.past
    if past is None:
        return await shared.talents_in(connection, team, asked.viewer, today=asked.today)
    return await shared.talents_then(
        connection, team, asked.viewer, today=asked.today, moment=past.moment, day=past.day
    )


async def open_offers(reader: ViewReader, asked: TeamAsked) -> OpenOffers:
    """Return the goals on offer to a team, newest first. Raises as `open_talents`."""

    async def read(connection: Any) -> OpenOffers:
        await check_member(connection, asked)
        return await shared.offers_in(connection, asked.team, asked.viewer)

    return await reader.subject(shared.VIEW, asked.viewer, read, at_most_s=asked.at_most_s)


async def check_member(connection: Any, asked: TeamAsked) -> datetime:
    """
    Return when the first member of the team was reported.

    Raises UNAVAILABLE if the view of what is shared does not have the viewer in the team, though another view
    has: an empty page would say that nobody shares anything.
    """
    since = await shared.team_since(connection, asked.team, asked.viewer)
    if since is None:
        message = "What is shared in this team can't be shown to you at this moment; try again."
        raise GatewayError(ErrorCode.UNAVAILABLE, message)
    return since
