"""A round's key is on the disk before it is used, is its owner's only, and is gone when it was destroyed."""

import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from events.privacy.answers import new_private_key
from processes.keeper.key_store import KeyStore, KeyStoreError, RoundPrivateKey

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def new() -> str:
    return uuid.uuid4().hex


def test_a_key_is_made_once_and_read_by_the_next_process(folder: Path) -> None:
    round_ = new()
    made = KeyStore(folder).make(round_, inbox="inbox")
    assert KeyStore(folder).make(round_, inbox="another inbox") == made
    assert KeyStore(folder).read(round_) == made
    assert KeyStore(folder).rounds() == (round_,)


def test_folder_and_files_are_for_their_owner_only(folder: Path) -> None:
    KeyStore(folder).make(new(), inbox="inbox")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_a_folder_that_others_could_read_is_closed_at_the_start(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    KeyStore(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_threads_that_make_one_key_get_the_same(folder: Path) -> None:
    store, round_, made = KeyStore(folder), new(), list[bytes]()
    ready = threading.Barrier(8)

    def make() -> None:
        ready.wait()
        made.append(store.make(round_, inbox="inbox").private_key)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert len(list(folder.iterdir())) == 1, "nothing unfinished is left"


def test_a_destroyed_key_is_in_no_file_of_the_folder(folder: Path) -> None:
    store, round_, other = KeyStore(folder), new(), new()
    store.make(round_, inbox="inbox")
    kept = store.make(other, inbox="inbox")
    store.destroy(round_)
    store.destroy(round_)
    assert store.read(round_) is None
    assert store.rounds() == (other,)
    assert store.read(other) == kept
    assert [file.name for file in folder.iterdir()] == [f"{other}.key"]


def test_a_private_key_is_shown_nowhere(folder: Path) -> None:
    key = KeyStore(folder).make(new(), inbox="inbox")
    assert key.private_key.hex() not in repr(key)
    assert repr(key.private_key) not in repr(key)


def test_a_damaged_file_is_an_error_that_quotes_nothing(folder: Path) -> None:
    store, round_ = KeyStore(folder), new()
    store.make(round_, inbox="inbox")
    (folder / f"{round_}.key").write_text('{"private_key": "c2VjcmV0", "inbox": "inbox"}')
    with pytest.raises(KeyStoreError, match="damaged") as error:
        store.read(round_)
    assert "c2VjcmV0" not in str(error.value)
    (folder / f"{round_}.key").write_text("half a fi")
    with pytest.raises(KeyStoreError, match="can't be read"):
        store.make(round_, inbox="inbox")


def test_a_key_that_does_not_open_its_test_message_is_found_out(folder: Path) -> None:
    store = KeyStore(folder)
    assert store.opens(RoundPrivateKey(private_key=new_private_key(), inbox="inbox"))
    assert not store.opens(RoundPrivateKey(private_key=bytes(32), inbox="inbox"))


@pytest.mark.parametrize("name", ["", "../" + "a" * 29, "A" * 32, "a" * 31])
def test_only_an_id_names_a_file(folder: Path, name: str) -> None:
    with pytest.raises(KeyStoreError, match="hexadecimal"):
        KeyStore(folder).make(name, inbox="inbox")


def test_since_when_a_key_is_missing_outlives_a_restart(folder: Path) -> None:
    round_ = new()
    assert KeyStore(folder).missed_since(round_, NOW, is_here=False) == NOW
    assert KeyStore(folder).missed_since(round_, NOW + timedelta(hours=5), is_here=False) == NOW
    assert KeyStore(folder).missed_since(round_, NOW + timedelta(hours=6), is_here=True) is None
    later = NOW + timedelta(hours=7)
    assert KeyStore(folder).missed_since(round_, later, is_here=False) == later


def test_a_folder_that_can_t_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyStoreError, match="can't be used"):
        KeyStore(tmp_path / "file" / "keeper")
