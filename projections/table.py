"""A table of a view: its columns, its key, and the statements that create it."""

from dataclasses import dataclass
from typing import Final

SCHEMA: Final = "views"
REBUILD_SCHEMA: Final = "views_rebuild"


class UnsendableValueError(Exception):
    """A row holds a value that the client can't send to PostgreSQL. Names only the kind of error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `type` is PostgreSQL's and no array, because rows are sent as one array for each column."""

    name: str
    type: str
    nullable: bool = False


def text_columns(*names: str, nullable: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name=name, type="text", nullable=nullable) for name in names)


def moment_columns(*names: str, nullable: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name=name, type="timestamptz", nullable=nullable) for name in names)


# Every row has the partition it came from, so that two builds of a view can be compared at equal positions,
# and its subject, so that one subject can be emptied or folded again without touching another.
OWNERSHIP_COLUMNS: Final = (Column(name="partition", type="integer"), Column(name="subject", type="text"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Copied:
    """
    A nullable column with the value of that column in the row of `source` that the key of `source` names.

    `source` is a table of the same view; the columns of its key are columns of this table too. Without such a
    row the value is null. So an index can have an order that the fact of a row doesn't know.
    """

    column: Column
    source: "Table"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """
    A table of one view, the view's version in its name; `key` is its primary key.

    The columns in `copied` are no part of a row that a fold puts: they follow their source by themselves.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    copied: tuple[Copied, ...] = ()

    @property
    def put_columns(self) -> tuple[Column, ...]:
        """The columns of a row that a fold puts, and whose it is."""
        return OWNERSHIP_COLUMNS + self.columns

    @property
    def all_columns(self) -> tuple[Column, ...]:
        return self.put_columns + tuple(copied.column for copied in self.copied)

    @property
    def served(self) -> str:
        """The name that reads use."""
        return f"{SCHEMA}.{self.name}"

    def ddl(self, schema: str) -> list[str]:
        """Return the statements that create it in `schema`; PostgreSQL chooses the names of indexes."""
        columns = [f"{c.name} {c.type}{'' if c.nullable else ' NOT NULL'}" for c in self.all_columns]
        columns.append(f"PRIMARY KEY ({', '.join(self.key)})")
        indexes = self.indexes if self.key[0] == "subject" else (("subject",), *self.indexes)
        return [
            f"CREATE TABLE {schema}.{self.name} ({', '.join(columns)})",
            *(f"CREATE INDEX ON {schema}.{self.name} ({', '.join(index)})" for index in indexes),
        ]


def binary_arrays(table: Table, names: tuple[str, ...]) -> str:
    """Return rows `u` in SQL, whose parameters are an array for each column, as the client sends them."""
    types = _types(table)
    columns = ", ".join(f"%b::{types[name]}[]" if types[name] != "jsonb" else "%s::jsonb[]" for name in names)
    return f"unnest({columns}) AS u({', '.join(names)})"


def arrays(table: Table, names: tuple[str, ...]) -> str:
    """Return rows `u` in SQL, whose numbered parameters are an array for each column."""
    types = _types(table)
    columns = ", ".join(f"${number}::{types[name]}[]" for number, name in enumerate(names, 1))
    return f"unnest({columns}) AS u({', '.join(names)})"


def one_row(table: Table, names: tuple[str, ...]) -> str:
    """Return one row `u` in SQL, whose numbered parameters are its values."""
    types = _types(table)
    values = ", ".join(f"${number}::{types[name]}" for number, name in enumerate(names, 1))
    return f"(VALUES ({values})) AS u({', '.join(names)})"


def _types(table: Table) -> dict[str, str]:
    return {column.name: column.type for column in table.all_columns}
