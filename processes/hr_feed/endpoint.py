"""
`POST /hr-feed`: takes HR's files and returns a report by row; with `dryRun=true` nothing is changed.

`GET /hr-feed/units.csv`, and the other two, return the files as the organisation is now.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import msgspec
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from kit.clock import Calendar
from processes.hr_feed import feed
from processes.hr_feed.download import written
from processes.hr_feed.files import COLUMNS
from processes.hr_feed.plan import plan
from processes.hr_feed.upload import Switches, UploadError, sent_files, switches

PATH: Final = "/hr-feed"
PROGRESS: Final = "application/x-ndjson"
"""The media type, named in `Accept`, of an answer with lines of progress and the report as its last line."""
PROGRESS_EVERY_S: Final = 0.5
LEFT_OUT: Final = "IPP-Rows-Left-Out"
"""The header with the number of rows that have no key in HR's system that is known."""

Connect = Callable[[], AbstractAsyncContextManager[Any]]
SenderFor = Callable[[Mapping[str, str]], feed.Sender]
"""Returns what sends commands in the name of the caller with these headers. Raises HTTPException."""
Numbers = Callable[[Sequence[str]], Mapping[str, str]]
"""Returns HR's numbers of persons, by person; blocks."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How many commands were sent, of how many; `given` and `of` in the answer."""

    sent: int = msgspec.field(name="given")
    total: int = msgspec.field(name="of")


class _Feeds:
    """Carries out feeds, one at a time."""

    def __init__(self, *, connect: Connect, numbers: Numbers, calendar: Calendar) -> None:
        self._connect = connect
        self._numbers = numbers
        self._calendar = calendar
        self._one_at_a_time = asyncio.Lock()
        self._running: set[asyncio.Task[feed.Report]] = set()  # the event loop alone keeps no task alive

    @property
    def busy(self) -> bool:
        return self._one_at_a_time.locked()

    async def stages(
        self, sent: Mapping[str, bytes], sender: feed.Sender, *, dry_run: bool, confirm_leavers: bool
    ) -> AsyncIterator[Progress | feed.Report]:
        """
        Yield the progress every PROGRESS_EVERY_S, and the report as the last one.

        The work is a task of its own, which goes on when the client disconnects: no other feed begins before
        its last command was sent.
        """
        latest: list[Progress] = []

        def on_progress(commands: int, total: int) -> None:
            latest[:] = [Progress(sent=commands, total=total)]

        work = asyncio.create_task(
            self._carry_out(sent, sender, on_progress, dry_run=dry_run, confirm_leavers=confirm_leavers)
        )
        self._running.add(work)
        work.add_done_callback(self._running.discard)
        while not (await asyncio.wait({work}, timeout=PROGRESS_EVERY_S))[0]:
            for progress in tuple(latest):
                yield progress
        yield work.result()

    async def _carry_out(
        self,
        sent: Mapping[str, bytes],
        sender: feed.Sender,
        on_progress: Callable[[int, int], None],
        *,
        dry_run: bool,
        confirm_leavers: bool,
    ) -> feed.Report:
        async with self._one_at_a_time:
            # On threads, since large files take time, and other requests go on meanwhile.
            files, problems = await asyncio.to_thread(feed.read, sent)
            async with self._connect() as connection:
                snapshot = await feed.read_snapshot(connection, _on_a_thread(self._numbers))
            today = self._calendar.today()
            planned = await asyncio.to_thread(
                plan, files, snapshot, today=today, confirm_leavers=confirm_leavers
            )
            total, count = len(planned.steps), itertools.count(1)
            return await asyncio.to_thread(
                feed.carry_out,
                planned,
                problems,
                sender.rehearsal() if dry_run else sender.send,
                dry_run=dry_run,
                on_progress=lambda: on_progress(next(count), total),
            )


def feed_routes(
    *, connect: Connect, numbers: Numbers, sender_for: SenderFor, calendar: Calendar
) -> APIRouter:
    """Return the routes for a FastAPI application."""
    router = APIRouter()
    feeds = _Feeds(connect=connect, numbers=numbers, calendar=calendar)

    @router.post(PATH)
    async def take(request: Request) -> Response:
        sender = await asyncio.to_thread(sender_for, request.headers)
        asked = Switches()
        try:
            asked = switches(request.query_params)
            _refuse_if_busy(feeds)  # before the files are read into memory, and again because that took time
            sent = await sent_files(request)
            _refuse_if_busy(feeds)
        except UploadError as error:
            report = feed.refused(error.problem, dry_run=asked.dry_run)
            return _json(report, status=error.status)
        found = feeds.stages(sent, sender, dry_run=asked.dry_run, confirm_leavers=asked.confirm_leavers)
        if PROGRESS in request.headers.get("accept", ""):
            return StreamingResponse(_lines(found), media_type=PROGRESS)
        async for last in found:
            stage = last
        return _json(stage)

    @router.get(f"{PATH}/{{file}}")
    async def current(file: str, request: Request) -> Response:
        await asyncio.to_thread(sender_for, request.headers)
        if file not in COLUMNS:
            raise HTTPException(404, f"there are {', '.join(COLUMNS)}")
        async with connect() as connection:
            snapshot = await feed.read_snapshot(connection, _on_a_thread(numbers))
        text, left_out = await asyncio.to_thread(written, file, snapshot)
        headers = {
            "Content-Disposition": f'attachment; filename="{file}"',
            "Cache-Control": "no-store",
            LEFT_OUT: str(left_out),
        }
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _json(content: Progress | feed.Report, *, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json")


async def _lines(found: AsyncIterator[Progress | feed.Report]) -> AsyncIterator[bytes]:
    async for stage in found:
        yield msgspec.json.encode(stage) + b"\n"


def _on_a_thread(numbers: Numbers) -> Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]:
    async def found(persons: Sequence[str]) -> Mapping[str, str]:
        return await asyncio.to_thread(numbers, persons)

    return found


def _refuse_if_busy(feeds: _Feeds) -> None:
    if feeds.busy:
        raise UploadError(
            nl="Er worden al bestanden verwerkt; stuur deze wanneer dat klaar is.",
            en="Other files are being carried out; send these when that is done.",
            status=409,
        )
