"""What notices need to know, read from the views: what is due, who works here, and names."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Any, Final

from events.privacy.notices import Notice, NoticeKind
from kit.clock import Calendar
from kit.ids import derived_id
from processes.job import read_views
from processes.mails.notices import Addressee, NoticeDue
from projections.role_grants import grant_left_on, granted_on
from projections.views import checkpoints, directory, organisation, profile, releases, team
from rules.access.roles import Role
from rules.kinds import ItemKind, Language

SHARING_DAYS: Final = 30
"""How long before a sharing ends its owner gets a mail (DOMAIN.md, views; what users ask, B7)."""
WORK_DAYS: Final = 7
RELEASE_DAYS: Final = 7
"""For so many days a notice is still sent when the process or the mail server was away on its day."""
RELEASES_READ: Final = 3
CHECKPOINT_DAYS: Final = 7
"""Likewise for the mail with a day's checkpoint: one is made each day, so as many are read."""
CHECKPOINTS_TO: Final = frozenset({Role.AUDITOR, Role.WORKS_COUNCIL})
"""They keep checkpoints outside of this installation (DOMAIN.md, checkpoint)."""

_WORK: Final = {"TAKEN_UP": NoticeKind.WORK_TAKEN_UP, "LAPSED": NoticeKind.WORK_LAPSED}


class ViewsForNotices:
    """Reads the views anew at each call; for one thread."""

    def __init__(self, database_url: str, calendar: Calendar) -> None:
        self._url = database_url
        self._calendar = calendar

    def due(self, today: date) -> Sequence[NoticeDue]:
        """Return every notice that is due on this day, whether it was sent or not."""

        async def read(connection: Any) -> list[NoticeDue]:
            return [
                *_of_sharings(await profile.sharings_ending(connection, today, days=SHARING_DAYS)),
                *_of_work(await team.work_notices(connection, since=today - timedelta(days=WORK_DAYS))),
                *await self._of_releases(connection, today),
                *await self._of_checkpoints(connection, today),
            ]

        return read_views(self._url, read)

    def addressees(self, people: Sequence[str]) -> dict[str, Addressee]:
        """Return those of these people who work here, with the language of their portfolio."""
        today = self._calendar.today()

        async def read(connection: Any) -> dict[str, Addressee]:
            found = await directory.reachable(connection, people, today)
            return {
                person: Addressee(
                    name=one.display_name,
                    email=one.email,
                    language=Language(await profile.language_of(connection, person) or Language.NL),
                )
                for person, one in found.items()
            }

        return read_views(self._url, read)

    def audience(self, found: NoticeDue) -> Sequence[str] | None:
        """Return the names of the people or of the team that it is about, without those who are not known."""

        async def read(connection: Any) -> list[str]:
            if found.team is not None:
                teams = await organisation.teams_by_ids(connection, [found.team])
                return [one.name for one in teams.values()]
            people = await directory.persons_by_ids(connection, found.people)
            return sorted(one.display_name for one in people.values())

        return read_views(self._url, read) if found.team or found.people else None

    async def _of_releases(self, connection: Any, today: date) -> list[NoticeDue]:
        since = today - timedelta(days=RELEASE_DAYS)
        recent = [one for one in await releases.last(connection, RELEASES_READ) if one.on >= since]
        if not recent:
            return []
        holders = sorted(await self._holders(connection, frozenset({Role.HR})))
        return [_of_release(release, person) for release in recent for person in holders]

    async def _of_checkpoints(self, connection: Any, today: date) -> list[NoticeDue]:
        """Return each day's checkpoint for everybody who holds a role for it now, and held it on that day."""
        since = today - timedelta(days=CHECKPOINT_DAYS)
        last = await checkpoints.last_checkpoints(connection, CHECKPOINT_DAYS)
        recent = [one for one in last if one.on_day >= since]
        if not recent:
            return []
        holders = await self._holders(connection, CHECKPOINTS_TO)
        return [
            _of_checkpoint(one, person)
            for one in recent
            for person, granted in sorted(holders.items())
            if granted <= one.on_day
        ]

    async def _holders(self, connection: Any, roles: AbstractSet[Role]) -> dict[str, date]:
        """Return who holds one of these roles now, each with the first day of such a grant."""
        names = {role.name for role in roles}
        holders: dict[str, date] = {}
        for one in await directory.role_grants(connection):
            if one.role in names and grant_left_on(one, self._calendar) is None:
                on = granted_on(one.granted_at)
                holders[one.person] = min(on, holders.get(one.person, on))
        return holders


def _of_sharings(found: Sequence[profile.EndingSharing]) -> list[NoticeDue]:
    return [
        NoticeDue(
            notice=Notice(person=one.owner, kind=NoticeKind.SHARING_ENDS, thing=one.sharing),
            on=one.until,
            item=ItemKind(one.kind),
            people=tuple(one.people),
            team=one.team,
        )
        for one in found
    ]


def _of_work(found: Sequence[team.WorkNotice]) -> list[NoticeDue]:
    return [
        NoticeDue(
            notice=Notice(
                person=person,
                kind=_WORK[one.kind],
                thing=derived_id(one.team, one.offer, str(one.version)),
            ),
            on=one.on,
            team=one.team,
        )
        for one in found
        for person in one.volunteers
    ]


def _of_release(release: releases.Release, person: str) -> NoticeDue:
    kind = NoticeKind.RELEASE_OUT if release.held is None else NoticeKind.RELEASE_HELD
    thing = derived_id(release.organisation, str(release.epoch))
    return NoticeDue(notice=Notice(person=person, kind=kind, thing=thing), on=release.on)


def _of_checkpoint(found: checkpoints.Checkpoint, person: str) -> NoticeDue:
    notice = Notice(person=person, kind=NoticeKind.CHECKPOINT, thing=found.checkpoint)
    return NoticeDue(notice=notice, on=found.on_day, note=found.note)
