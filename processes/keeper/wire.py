"""What the process that closes rounds sends to the keeper over HTTP."""

import msgspec

from processes.keeper.keeper import KeyStatus


class OfRounds(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /status`."""

    rounds: tuple[str, ...]


class Statuses(msgspec.Struct, frozen=True, kw_only=True):
    """Its answer."""

    statuses: dict[str, KeyStatus]
