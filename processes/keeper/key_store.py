"""The private keys of rounds: a file for each, for its owner only, on the disk before it is used."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from events.privacy.answers import (
    PRIVATE_KEY_BYTES,
    AnswersSealError,
    new_private_key,
    open_answers,
    public_key_of,
    seal_answers,
)
from kit.ids import is_id, new_id

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
_OTHERS: Final = 0o077
_KEY: Final = ".key"
_MISSED: Final = ".missed"
_CANARY_INFO: Final = b"ipp.feedback.v1|canary"
_CANARY: Final = b'{"canary":true}'


class KeyStoreError(Exception):
    """The folder or a file in it can't be used, or a key does not open what was sealed to its public half."""


class RoundPrivateKey(msgspec.Struct, frozen=True, kw_only=True):
    """The private key of a round, and the inbox that its answers are in."""

    private_key: bytes
    inbox: str

    @property
    def public_key(self) -> bytes:
        return public_key_of(self.private_key)

    def __repr__(self) -> str:
        return f"RoundPrivateKey(inbox={self.inbox!r})"


class KeyStore:
    """
    Keys in a folder. Safe from several threads, and from several processes that share the folder.

    Every method raises KeyStoreError when the folder does not work.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with as_store_error(folder):
            folder.mkdir(parents=True, exist_ok=True)
            if folder.stat().st_mode & _OTHERS:
                folder.chmod(FOLDER_MODE)

    @property
    def folder(self) -> Path:
        """Where the keys are, for its owner only."""
        return self._folder

    def make(self, round_: str, *, inbox: str) -> RoundPrivateKey:
        """
        Return a round's key; make it if there is none.

        The key that is returned was read back from the disk, and has opened a test message.
        """
        path = self._path(round_, _KEY)
        if not path.exists():
            key = RoundPrivateKey(private_key=new_private_key(), inbox=inbox)
            self._write(path, msgspec.json.encode(key))
        found = self.read(round_)
        if found is None or not self.opens(found):
            raise KeyStoreError("a new key does not open what was sealed to it")
        return found

    def read(self, round_: str) -> RoundPrivateKey | None:
        """Return a round's key; None if there is none here."""
        path = self._path(round_, _KEY)
        try:
            key = msgspec.json.decode(path.read_bytes(), type=RoundPrivateKey)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError):
            # Without the cause, whose message may quote the content.
            raise KeyStoreError(f"the key file {path.name} can't be read") from None
        if len(key.private_key) != PRIVATE_KEY_BYTES:
            raise KeyStoreError(f"the key file {path.name} is damaged")
        return key

    def opens(self, key: RoundPrivateKey) -> bool:
        """Whether the key opens a test message that is sealed to its public half."""
        try:
            sealed = seal_answers(key.public_key, _CANARY_INFO, _CANARY)
            return open_answers(key.private_key, _CANARY_INFO, sealed).startswith(_CANARY)
        except AnswersSealError:
            return False

    def destroy(self, round_: str) -> None:
        """
        Destroy a round's key for good; nothing happens when there is none.

        Its bytes are written over first. A disk that writes elsewhere than it says may still have them, so
        the folder should be on an encrypted disk of its own.
        """
        path = self._path(round_, _KEY)
        with as_store_error(path), suppress(FileNotFoundError):
            wipe(path)
            sync(self._folder)
        self._found(round_)

    def rounds(self) -> tuple[str, ...]:
        """Return the rounds whose keys are here."""
        with as_store_error(self._folder):
            names = sorted(path.stem for path in self._folder.glob(f"*{_KEY}"))
        return tuple(name for name in names if is_id(name))

    def missed_since(self, round_: str, now: datetime, *, is_here: bool) -> datetime | None:
        """
        Return since when the key of a round is known to be missing; None if it `is_here` now.

        The moment at which that was first noticed is kept in the folder, so a restart does not change it.
        """
        if is_here:
            self._found(round_)
            return None
        path = self._path(round_, _MISSED)
        if not path.exists():
            self._write(path, now.isoformat().encode("ascii"))
        with as_store_error(path):
            return datetime.fromisoformat(path.read_text(encoding="ascii"))

    def _found(self, round_: str) -> None:
        with as_store_error(self._folder):
            self._path(round_, _MISSED).unlink(missing_ok=True)

    def _path(self, round_: str, suffix: str) -> Path:
        if not is_id(round_):
            raise KeyStoreError("a round's id has 32 hexadecimal digits")
        return self._folder / f"{round_}{suffix}"

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file that is complete, and on the disk, before it has its name. One that is there stays."""
        # Another thread or process may be first.
        with as_store_error(path), written(path, content) as unfinished, suppress(FileExistsError):
            os.link(unfinished, path)


@contextmanager
def written(path: Path, content: bytes) -> Iterator[Path]:
    """
    Write content into a file with a name of its own, and to the disk, before the block names the file `path`.

    What is left under its own name is deleted; then the folder's names are on the disk. Raises OSError.
    """
    unfinished = path.with_name(f"{new_id()}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)
    sync(path.parent)


def wipe(path: Path) -> None:
    """Write over a file, and delete it. Raises OSError."""
    with path.open("r+b") as file:
        file.write(os.urandom(os.fstat(file.fileno()).st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def sync(folder: Path) -> None:
    """Bring to the disk which names are in a folder. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def as_store_error(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise KeyStoreError(f"{path} can't be used: {reason}") from None
