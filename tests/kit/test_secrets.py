import traceback
from pathlib import Path

import pytest

from kit.secrets import MasterKey, SecretError, read_key, read_key_or_new


@pytest.fixture
def master() -> MasterKey:
    return MasterKey(key=bytes(range(32)))


def test_what_was_wrapped_opens_again_and_never_looks_the_same_twice(master: MasterKey) -> None:
    one, other = (master.wrap(b"k" * 32, context=b"person 1") for _ in range(2))
    assert one != other
    assert master.unwrap(one, context=b"person 1") == b"k" * 32


@pytest.mark.parametrize("position", [0, 1, 13, -1])
def test_a_changed_byte_anywhere_opens_nothing(master: MasterKey, position: int) -> None:
    wrapped = bytearray(master.wrap(b"k" * 32, context=b"person 1"))
    wrapped[position] ^= 1
    with pytest.raises(SecretError):
        master.unwrap(bytes(wrapped), context=b"person 1")


def test_another_context_another_key_and_cut_bytes_open_nothing(master: MasterKey) -> None:
    wrapped = master.wrap(b"k" * 32, context=b"person 1")
    for key, context, sealed in (
        (master, b"person 2", wrapped),
        (MasterKey(key=b"x" * 32), b"person 1", wrapped),
        (master, b"person 1", wrapped[:5]),
        (master, b"person 1", b""),
    ):
        with pytest.raises(SecretError):
            key.unwrap(sealed, context=context)


def test_a_new_key_file_is_for_its_owner_only_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    made = MasterKey.from_file_or_new(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert MasterKey.from_file_or_new(path) == made == MasterKey.from_file(path)


@pytest.mark.parametrize("content", ["", "abcd", "deadbeef-not-hex"])
def test_a_wrong_key_file_is_refused_without_quoting_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(content)
    with pytest.raises(SecretError) as raised:
        MasterKey.from_file(path)
    assert content == "" or content not in "".join(traceback.format_exception(raised.value))


def test_a_key_that_wraps_nothing_is_kept_alike(tmp_path: Path) -> None:
    path = tmp_path / "position.key"
    made = read_key_or_new(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path) == read_key_or_new(path) == made
    assert len(made) == 32


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match=r"master\.key can't be read: No such file"):
        MasterKey.from_file(tmp_path / "master.key")


def test_a_master_key_does_not_show_itself(master: MasterKey) -> None:
    assert "key" not in repr(master).replace("MasterKey", "")
