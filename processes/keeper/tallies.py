"""
How questions are answered, summed over rounds in the keeper's folder: no round's numbers leave it.

A round is counted when its key is destroyed, once; until then its tally is a file next to the key. The sums
of all rounds are one file. Like the keys, they are in no database, log or backup; if they are lost, they
begin anew (docs/decisions/0018).
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec
import structlog

from kit.ids import is_id, new_id
from processes.keeper.key_store import KeyStoreError, as_store_error, sync, wipe, written
from rules.feedback.quality import Figure, Sums, Tally

_SUMS: Final = "sums"
_REPLACED: Final = "sums.replaced"
_TALLY: Final = ".tally"

_log = structlog.get_logger(__name__)


class _Content(msgspec.Struct, frozen=True, kw_only=True):
    """The sums by question. `counted` are rounds in them whose tallies may still be in the folder."""

    questions: dict[str, Sums] = {}
    counted: tuple[str, ...] = ()


class TallyStore:
    """
    Tallies and sums in a folder. Every method raises KeyStoreError when the folder does not work.

    What changes something is called within `locked`, which one thread of one process has at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait until nobody else changes anything here, in this process or another."""
        with as_store_error(self._folder):
            descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def note(self, round_: str, tallies: Mapping[str, Tally]) -> None:
        """Keep what a round's closing counted, by question, until the round is counted or dropped."""
        self._replace(self._tally(round_), msgspec.json.encode(tallies))

    def count(self, round_: str) -> None:
        """Add a round's tally to the sums, once, and delete it; nothing happens without one."""
        path, content = self._tally(round_), self._read()
        if not path.exists():
            return
        if round_ not in content.counted:
            self._write(_with(content, round_, self._read_tally(path), still=self._tallied(content)))
        self.drop(round_)

    def drop(self, round_: str) -> None:
        """Delete a round's tally without counting it, if there is one."""
        with as_store_error(self._folder), suppress(FileNotFoundError):
            wipe(self._tally(round_))
            sync(self._folder)

    def figures(self) -> tuple[Figure, ...]:
        """Return the current figure of every question that has one."""
        return tuple(sums.figure for sums in self._read().questions.values() if sums.figure is not None)

    def _tallied(self, content: _Content) -> tuple[str, ...]:
        return tuple(one for one in content.counted if self._tally(one).exists())

    def _read_tally(self, path: Path) -> dict[str, Tally]:
        try:
            with as_store_error(path):
                content = path.read_bytes()
            return msgspec.json.decode(content, type=dict[str, Tally])
        except msgspec.MsgspecError:
            _log.error("keeper.tally_damaged")
            return {}

    def _read(self) -> _Content:
        """Return the sums; empty ones when there are none, or when the file is damaged."""
        try:
            with as_store_error(self._folder):
                content = (self._folder / _SUMS).read_bytes()
            return msgspec.json.decode(content, type=_Content)
        except FileNotFoundError:
            return _Content()
        except msgspec.MsgspecError:
            _log.error("keeper.sums_damaged")
            return _Content()

    def _write(self, content: _Content) -> None:
        """Replace the sums, and write over those of before: the difference of the two is one round."""
        sums, before = self._folder / _SUMS, self._folder / _REPLACED
        self._wipe_replaced(sums, before)  # of a process that ended in between
        with as_store_error(self._folder), suppress(FileNotFoundError):
            os.link(sums, before)
        self._replace(sums, msgspec.json.encode(content))
        self._wipe_replaced(sums, before)

    def _wipe_replaced(self, sums: Path, before: Path) -> None:
        with as_store_error(self._folder), suppress(FileNotFoundError):
            if before.samefile(sums):
                before.unlink()
            else:
                wipe(before)

    def _replace(self, path: Path, content: bytes) -> None:
        """Write a file that is complete, and on the disk, before it has its name."""
        with as_store_error(path), written(path, content) as unfinished:
            unfinished.replace(path)

    def _tally(self, round_: str) -> Path:
        if not is_id(round_):
            raise KeyStoreError("a round's id has 32 hexadecimal digits")
        return self._folder / f"{round_}{_TALLY}"


def _with(
    content: _Content, round_: str, tallies: Mapping[str, Tally], *, still: tuple[str, ...]
) -> _Content:
    added = {
        question: content.questions.get(question, Sums()).plus(question, tally, new_id=new_id())
        for question, tally in tallies.items()
    }
    return _Content(questions={**content.questions, **added}, counted=(*still, round_))
