"""The scalars take what their descriptions say, and nothing else."""

import asyncio
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLError, GraphQLScalarType, ValueNode, is_specified_scalar_type, parse_value

from gateway.limits.cost import DocumentLimits
from gateway.schema import build_schema
from gateway.types.scalars import (
    SCALARS,
    parse_day,
    parse_digest,
    parse_moment,
    parse_position,
    parse_url,
    parse_uuid,
    write_moment,
)

SCHEMA = build_schema(DocumentLimits(depth_max=12, cost_max=5_000, page_max=100))
OURS = {
    kind.name: kind
    for kind in SCHEMA._schema.type_map.values()
    if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind)
}
DAY = "2026-11-23"


def test_the_scalars_of_the_schema_are_those_defined_here() -> None:
    assert OURS.keys() == {definition.name for definition in SCALARS.values()}


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("text", ['"§"', "5", "true", "null", "[1]", "{a: 1}"])
def test_a_wrong_literal_is_refused_at_its_place_in_the_document(name: str, text: str) -> None:
    literal: ValueNode = parse_value("  " + text)
    with pytest.raises(GraphQLError) as refused:
        OURS[name].parse_literal(literal)
    assert [tuple(place) for place in refused.value.locations or ()] == [(1, 3)]


def test_a_right_literal_is_read_as_a_variable_would_be() -> None:
    assert OURS["Date"].parse_literal(parse_value(f'"{DAY}"')) == OURS["Date"].parse_value(DAY)


@pytest.mark.parametrize(
    ("document", "column"),
    [
        ('{ command(id: "x") { version } }', 15),
        ('{ me(waitFor: ["§"]) { id } }', 16),
        ('query ($then: DateTime = "then") { me { portfolio(asOf: $then) { version } } }', 26),
        ("{ me { sharedWithMe(first: 1000) { edges { cursor } } } }", 28),
        ('mutation { pausePortfolio(input: {commandId: "x"}) { command { outcome } } }', 46),
    ],
)
def test_a_wrong_literal_is_located_wherever_it_is_in_a_document(document: str, column: int) -> None:
    errors = asyncio.run(SCHEMA.execute(document)).errors or []
    assert [[tuple(place) for place in error.locations or ()] for error in errors] == [[(1, column)]]


def test_a_moment_is_read_into_utc_whatever_its_zone() -> None:
    assert parse_moment("2026-11-23T10:30:00+01:00") == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("digits", [1, 3, 6, 7, 9, 12, 30])
@pytest.mark.parametrize(("t", "z"), [("T", "Z"), ("t", "z"), ("T", "z"), ("t", "+00:00")])
def test_a_moment_has_any_digits_of_a_second_and_any_case(digits: int, t: str, z: str) -> None:
    fraction = "123456789" * 4
    read = parse_moment(f"2026-11-23{t}09:30:00.{fraction[:digits]}{z}")
    assert read == datetime(2026, 11, 23, 9, 30, 0, int(fraction[: min(digits, 6)].ljust(6, "0")), tzinfo=UTC)


def test_a_moment_is_written_as_its_description_shows() -> None:
    assert write_moment(datetime(2026, 11, 23, 9, 30, tzinfo=UTC)) == "2026-11-23T09:30:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026-11-23T09:30:00",
        "2026-13-01T00:00:00Z",
        "yesterday",
        1700000000,
        None,
        True,
        "2026-11-23T09:30:00.Z",
        "2026-11-23 09:30:00Z",
        "2026-11-23T09:30:00,1Z",
        "٢٠٢٦-11-23T09:30:00Z",
        "2026-11-23T09:30:00." + "1" * 31 + "Z",
        "2026-11-23T24:00:01Z",
        "2026-11-23T09:30:60Z",
        "0001-01-01T00:30:00Z",
        "0001-12-31T23:59:59Z",
        "9999-12-31T23:30:00-01:00",
    ],
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
