"""Names of streams are parsed and built in one place; subjects keep their partition."""

from typing import Final

import pytest

from events.streams import Stream, StreamNameError, command_key, partition_of

SUBJECT: Final = "0123456789abcdef0123456789abcdef"
NAME: Final = f"portfolio-{SUBJECT}"
UUID_NAME: Final = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    ("name", "stream"),
    [
        (NAME, Stream("portfolio", SUBJECT)),
        (f"round-{SUBJECT}-2026a", Stream("round", SUBJECT, "2026a")),
        (UUID_NAME, Stream("", SUBJECT)),
    ],
)
def test_a_name_is_parsed_into_its_parts_and_built_from_them(name: str, stream: Stream) -> None:
    assert Stream.parse(name) == stream
    assert stream.name == name


@pytest.mark.parametrize(
    "name", ["", "portfolio", "portfolio-12", f"Portfolio-{SUBJECT}", f"{NAME}-", f"{NAME}\n"]
)
def test_anything_else_is_no_stream(name: str) -> None:
    with pytest.raises(StreamNameError):
        Stream.parse(name)


def test_a_subject_keeps_its_partition_for_ever() -> None:
    assert [partition_of(SUBJECT, n) for n in (1, 7, 12)] == [0, 2, 10]


def test_the_same_client_id_of_two_callers_is_two_commands() -> None:
    assert command_key("a", "bc") != command_key("ab", "c")
