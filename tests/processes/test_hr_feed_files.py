"""HR's files as spreadsheets, browsers and people make them: taken, or named with what is wrong."""

import io
import unicodedata
import zipfile
from pathlib import Path

import pytest

from processes.hr_feed.files import (
    MEMBERSHIPS,
    PROFESSIONALS,
    UNITS,
    file_of,
    read_memberships,
    read_professionals,
    read_units,
)
from processes.hr_feed.spreadsheets import NotTextError, text_of

CASES = Path(__file__).parent / "cases"
HEADER = b"employee_number,name,email\n"
ROW = HEADER + b"e1,Zo\xc3\xab,z@example.org\n"


def case(name: str) -> bytes:
    return (CASES / f"{name}.csv").read_bytes()


def test_empty_columns_at_the_end_change_nothing() -> None:
    assert read_professionals(case("01-trailing-empty-columns.professionals")) == read_professionals(
        case("00-base-professionals")
    )


def test_an_unseen_character_in_a_number_is_named_at_its_line_and_column() -> None:
    (problem,) = read_professionals(case("02-zero-width-in-number.professionals")).problems
    lines = case("02-zero-width-in-number.professionals").decode().splitlines()
    (line,) = [number for number, text in enumerate(lines, start=1) if "\u200b" in text]
    assert (problem.line, problem.column) == (line, "employee_number")
    assert "U+200B" in problem.nl
    assert "U+200B" in problem.en


@pytest.mark.parametrize("column", range(3))
def test_an_unseen_character_is_refused_in_every_key_of_every_file(column: int) -> None:
    cells = ["e1", "kade", "2026-01-01"]
    cells[column] += "\u200b"
    content = "employee_number,team_key,since\n" + ",".join(cells)
    (problem,) = read_memberships(content.encode()).problems
    assert problem.column == ("employee_number", "team_key", "since")[column]


def test_letters_and_accents_written_apart_are_the_same_key() -> None:
    apart = unicodedata.normalize("NFD", "jos\u00e9")
    (row,) = read_professionals(HEADER + f"{apart},Jos,j@example.org".encode()).rows
    assert row.employee_number == "jos\u00e9"


def test_a_name_that_shows_nothing_is_empty() -> None:
    (problem,) = read_units("key,name,kind,parent_key\nn,\u2800\u200b,unit,\n".encode()).problems
    assert (problem.line, problem.column) == (2, "name")


def test_a_column_that_is_there_twice_is_named_and_nothing_is_read() -> None:
    found = read_professionals(case("04-name-column-twice.professionals"))
    assert found.rows == ()
    (problem,) = found.problems
    assert problem.line is None
    assert "'name' stands more than once" in problem.en


@pytest.mark.parametrize(
    ("header", "like"),
    [(b"key,name,kind,parent_key,close", "closed"), (b"key,name,kind,parent_kye", "parent_key")],
)
def test_a_misspelt_column_is_named_with_the_nearest(header: bytes, like: str) -> None:
    found = read_units(header + b"\nn,Noord,unit,\n")
    assert found.rows == ()
    assert repr(like) in " ".join(problem.en for problem in found.problems)


def workbook(first: str, content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr(first, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (workbook("[Content_Types].xml", "<Types/>"), ".xlsx"),
        (workbook("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ".ods"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), ".xls"),
        (ROW.decode().encode("utf-16"), "UTF-16"),
        (ROW.decode().encode("cp1252"), "Windows-1252, line 2"),
    ],
)
def test_what_is_no_csv_in_utf_8_is_named_as_what_it_is(content: bytes, named: str) -> None:
    (problem,) = read_professionals(content).problems
    assert named in problem.en
    assert named.replace("line", "regel") in problem.nl
    with pytest.raises(NotTextError):
        text_of(content)


@pytest.mark.parametrize(
    ("name", "content", "file"),
    [
        ("units.csv", b"", UNITS),
        ("Units.CSV", b"", UNITS),
        ("units (1).csv", case("00-base-units"), UNITS),
        ("Export 24 november.csv", case("01-trailing-empty-columns.professionals"), PROFESSIONALS),
        ("download", b"sep=;\n" + case("00-base-memberships").replace(b",", b";"), MEMBERSHIPS),
        ("salaries.csv", b"employee_number,salary\n", None),
        ("units (1).csv", b"key,name\n", None),
    ],
)
def test_a_file_is_known_by_its_name_or_else_by_its_columns(
    name: str, content: bytes, file: str | None
) -> None:
    assert file_of(name, content) == file
