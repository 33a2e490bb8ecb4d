"""The states of a shared term, and the clusters: each term is counted in exactly one."""

from collections.abc import Mapping
from typing import Final, Literal

from rules.texts import LocalLine

TermState = Literal["PROPOSED", "ADOPTED", "MERGED", "RETIRED"]

CLUSTERS: Final[Mapping[str, LocalLine]] = {
    "contact": LocalLine(nl="Contact maken", en="Making contact"),
    "nearness": LocalLine(nl="Nabij zijn", en="Being near"),
    "understanding": LocalLine(nl="Luisteren en begrijpen", en="Listening and understanding"),
    "strengthening": LocalLine(nl="Sterker maken", en="Strengthening others"),
    "calm": LocalLine(nl="Rust en grenzen", en="Calm and boundaries"),
    "together": LocalLine(nl="Samenwerken", en="Working together"),
    "organising": LocalLine(nl="Organiseren", en="Organising"),
    "making": LocalLine(nl="Maken en uitzoeken", en="Making and finding out"),
}
"""By id, in display order, disjoint (privacy rule 14). Never remove one: events on the log name it."""
