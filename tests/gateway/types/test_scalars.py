"""The scalars take what their descriptions say, and nothing else."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLError

from gateway.types.scalars import (
    parse_day,
    parse_digest,
    parse_moment,
    parse_position,
    parse_url,
    parse_uuid,
    write_moment,
)


def test_a_moment_is_read_into_utc_whatever_its_zone() -> None:
    assert parse_moment("2026-11-23T10:30:00+01:00") == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_a_moment_is_written_as_its_description_shows() -> None:
    assert write_moment(datetime(2026, 11, 23, 9, 30, tzinfo=UTC)) == "2026-11-23T09:30:00Z"


@pytest.mark.parametrize(
    "text", ["2026-11-23", "2026-11-23T09:30:00", "2026-13-01T00:00:00Z", "yesterday", 1700000000, None, True]
)
def test_what_is_no_moment_is_refused(text: object) -> None:
    with pytest.raises(GraphQLError):
        parse_moment(text)


def test_a_day_is_a_day() -> None:
    assert parse_day("2026-02-28") == date(2026, 2, 28)


@pytest.mark.parametrize("text", ["2026-02-30", "20260228", "2026-W01-1", 20260228, None])
def test_what_is_no_day_is_refused(text: object) -> None:
    with pytest.raises(GraphQLError):
        parse_day(text)


def test_a_command_id_of_version_4_or_7_is_taken() -> None:
    made = uuid4()
    assert parse_uuid(str(made)) == made
    seven = "01893a2e-7c1f-7cc0-98c4-dc0c0c07398f"
    assert parse_uuid(seven) == UUID(seven)


@pytest.mark.parametrize(
    "text",
    ["6fa459ea-ee8a-11d2-90d4-00c04fa301ad", "00000000-0000-0000-0000-000000000000", "abc", 4, None],
)
def test_a_command_id_of_another_kind_is_refused(text: object) -> None:
    with pytest.raises(GraphQLError):
        parse_uuid(text)


@pytest.mark.parametrize("text", ["x" * 257, 12, None, "abc"])
def test_what_can_be_no_position_is_refused(text: object) -> None:
    with pytest.raises(GraphQLError):
        parse_position(text)


def test_an_address_of_a_page_stays_as_it_is() -> None:
    assert parse_url("https://mee.example/zorg?a=1") == "https://mee.example/zorg?a=1"


@pytest.mark.parametrize(
    "text",
    [
        *("http://mee.example", "https://", "mee.example", "javascript:alert(1)", "https://a b.example"),
        *("https://mee.example/\n", "https://[", "https://mee.example/" + "a" * 2_000, 7, None),
    ],
)
def test_what_is_no_absolute_https_address_is_refused(text: object) -> None:
    with pytest.raises(GraphQLError):
        parse_url(text)


def test_a_digest_is_64_lower_case_digits() -> None:
    assert parse_digest("0a" * 32) == "0a" * 32


@pytest.mark.parametrize("text", ["0A" * 32, "0a" * 31, "0g" * 32, "\u0660" * 64, 7, None])
def test_what_is_no_digest_is_refused(text: object) -> None:
    with pytest.raises(GraphQLError):
        parse_digest(text)
