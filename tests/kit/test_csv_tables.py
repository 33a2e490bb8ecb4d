"""CSV is read as spreadsheets write it."""

import pytest

from kit.csv_tables import named_twice, table_of


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
