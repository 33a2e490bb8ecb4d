"""What the process that closes rounds sends to the keeper over HTTP."""

import msgspec

from processes.keeper.keeper import KeyStatus
from rules.feedback.quality import Figure


class ToDestroy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`POST /destroy`; `closed`: the log has the round's mirror."""

    round: str
    closed: bool = False


class OfAll(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /figures`."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Its answer."""

    figures: tuple[Figure, ...]


class OfRounds(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /status`."""

    rounds: tuple[str, ...]


class Statuses(msgspec.Struct, frozen=True, kw_only=True):
    """Its answer."""

    statuses: dict[str, KeyStatus]
