"""CSV is read as spreadsheets write it."""

import pytest

from kit.csv_tables import named_twice, spreadsheet, table_of


@pytest.mark.parametrize(
    "text",
    [
        "key,name\nn,Noord\n",
        "key;name;;\r\nn;Noord;;\r\n",
        "sep=;\nkey;name\nn;Noord\n",
        '"sep=;";;\r\nKey ;NAME;\r\nn;Noord;\r\n',
        "SEP=,\nkey,name,\nn,Noord\n",
        "key\tname\t\nn\tNoord\t\n",
    ],
)
def test_what_spreadsheets_add_changes_nothing(text: str) -> None:
    header, rows = table_of(text)
    assert header == ["key", "name"]
    last = 3 if text.lower().lstrip('"').startswith("sep") else 2
    assert list(rows) == [(last, ["n", "Noord"])]


def test_a_filled_cell_beyond_the_header_stays() -> None:
    _, rows = table_of("key,name,\nn,Noord,,x\n")
    assert list(rows) == [(2, ["n", "Noord", "", "x"])]


def test_an_empty_column_in_the_middle_stays_a_column() -> None:
    assert table_of("key,,name,,\n")[0] == ["key", "", "name"]


def test_a_name_that_is_there_twice_is_named() -> None:
    assert named_twice(table_of("key,name,Name\n")[0]) == ["name"]


def test_a_row_of_more_cells_than_the_header_stays_as_it_is_even_when_the_last_is_empty() -> None:
    _, rows = table_of("a,b\nx,and y,\n")
    assert [cells for _, cells in rows] == [["x", "and y", ""]]


def test_what_is_written_for_a_spreadsheet_is_quoted_and_begins_no_formula() -> None:
    cells = [
        "=1+1",
        "+31 6",
        "-5",
        "@x",
        "  =1",
        "\t=1",
        "\uff1d1",
        "5-9",
        'say "ja"',
        "één; twee",
        "a\nb",
        "",
    ]
    written = spreadsheet([cells])
    of_formulas = '"\'=1+1";"\'+31 6";"\'-5";"\'@x";"\'  =1";"\'\t=1";"\'\uff1d1"'
    of_others = '"5-9";"say ""ja""";"één; twee";"a\nb";""'
    assert written == f"\ufeff{of_formulas};{of_others}\r\n".encode()


def test_what_is_written_is_read_back() -> None:
    header, rows = table_of(spreadsheet([["naam", "aantal"], ["Zuid", "5 t/m 9"]]).decode("utf-8-sig"))
    assert (header, list(rows)) == (["naam", "aantal"], [(2, ["Zuid", "5 t/m 9"])])
