"""The embedded PostgreSQL starts wherever its folder and the project are, or one sentence says what to do."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.postgres import embedded, programs, system_user
from kit.postgres.connections import connect_own
from kit.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from kit.postgres.programs import ProgramsError, program, programs_for, wheel_folder
from kit.postgres.system_user import SYSTEM_USER, SystemUser, SystemUserError

FAST = {"fsync": "off"}


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user can pass through."""
    with tempfile.TemporaryDirectory(prefix="ipp-test-place-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def private(place: Path, name: str) -> Path:
    folder = place / name
    folder.mkdir(mode=0o700)
    return folder


def hidden_wheel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy what runs of the wheel to a folder, and let that be the wheel."""
    for name in programs._COPIED:
        shutil.copytree(wheel_folder() / name, folder / name, symlinks=True)
    monkeypatch.setattr(programs, "wheel_folder", lambda: folder)
    return folder


def answers(folder: Path) -> bool:
    with (
        EmbeddedPostgres(folder, settings=FAST) as server,
        connect_own(server.url("a"), application_name="t") as connection,
    ):
        return connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["private", "with space", "naïef 'en' $HOME"])
def test_a_folder_that_only_its_owner_enters_is_no_hindrance(place: Path, name: str) -> None:
    folder = private(place, name) / "under" / "here"
    assert answers(folder)
    assert answers(folder), "and a second time"


@pytest.mark.postgres
def test_programs_that_only_their_owner_reaches_are_copied_once(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = hidden_wheel(private(place, "root's own"), monkeypatch)
    open_place = place / "open"
    open_place.mkdir()
    open_place.chmod(0o755)
    user = SystemUser()
    found = programs_for(user, places=(open_place,))
    assert user.can_run(program("postgres", found))
    assert (found == hidden) is (not user.is_other)
    before = found.stat().st_ino
    assert programs_for(user, places=(open_place,)) == found
    assert found.stat().st_ino == before
    monkeypatch.setattr(embedded, "programs_for", lambda user: programs_for(user, places=(open_place,)))
    assert answers(private(place, "data"))


def test_without_a_place_for_a_copy_it_is_said_what_to_do(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = hidden_wheel(private(place, "hidden"), monkeypatch)
    user, nowhere = SystemUser(), place / "is not there"
    if not user.is_other:
        assert programs_for(user, places=(nowhere,)) == hidden
        return
    with pytest.raises(ProgramsError, match="start as a user other than root"):
        programs_for(user, places=(nowhere,))


def test_a_place_that_others_could_have_made_is_not_used(place: Path) -> None:
    (place / "elsewhere").mkdir()
    (place / "link").symlink_to(place / "elsewhere")
    shared = place / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    for made in (place / "link", shared):
        with pytest.raises(OSError, match="not this user's own"):
            programs._make_own_folder(made)


def test_where_no_user_can_be_made_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_user, "SYSTEM_USER", "ipp-nobody-of-this-name")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        SystemUserError, match=r"\(No such file or directory\): make that user in another way"
    ):
        system_user._make_system_user()


def test_the_server_has_none_of_roots_rights_nor_groups() -> None:
    user = SystemUser()
    assert user.is_other is (os.geteuid() == 0)
    name, *groups = (user.run("id", "-un") + user.run("id", "-Gn")).split()
    assert name != "root"
    if user.is_other:
        assert (name, groups) == (SYSTEM_USER, [SYSTEM_USER])


def test_a_folder_that_cannot_be_made_is_named(place: Path) -> None:
    (place / "file").touch()
    with pytest.raises(EmbeddedPostgresError, match=r"file.* can't be used: .*IPP_DATA_DIR"):
        EmbeddedPostgres(place / "file" / "data", settings=FAST).__enter__()


def test_a_disk_that_is_nearly_full_is_said_before_anything_is_made(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "FREE_BYTES_MIN", shutil.disk_usage(place).free + 2**40)
    with pytest.raises(EmbeddedPostgresError, match=r"has \d+ MB left, .*make room"):
        EmbeddedPostgres(place / "data", settings=FAST).__enter__()
    assert not (place / "data" / "data").exists()


def test_a_disk_that_becomes_full_ends_what_runs_on_it_with_the_reason(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "ROOM_CHECK_S", 0.1)
    running = threading.Thread(target=embedded.watch_room, args=(place, stop := threading.Event()))
    running.start()
    running.join(0.5)
    assert running.is_alive()
    stop.set()
    running.join(10)
    monkeypatch.setattr(embedded, "RUNNING_BYTES_MIN", shutil.disk_usage(place).free + 2**40)
    with pytest.raises(EmbeddedPostgresError, match="make room"):
        embedded.watch_room(place, threading.Event())
