"""How the journal sends verdicts to the processes that append: packed into NOTIFY messages."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from events.log.acceptance import Outcome

PAYLOAD_BYTES_MAX: Final = 7_900
"""PostgreSQL refuses payloads of 8,000 bytes and more."""
CHANNEL_CHARS_MAX: Final = 63
_WRITER: Final = re.compile(r"[0-9a-f]{1,32}")
_CODES: Final = {
    Outcome.ACCEPTED: "a",
    Outcome.REPEAT: "r",
    Outcome.VOIDED: "t",
    Outcome.SUBJECT_CLOSED: "l",
    Outcome.DEAD: "d",
    Outcome.MALFORMED: "m",
    Outcome.SUPERSEDED: "s",
    Outcome.GAP: "g",
    Outcome.FOREIGN: "f",
    Outcome.MARKER: "k",
}
_OUTCOMES: Final = {code: outcome for outcome, code in _CODES.items()}
_ID_CHARS: Final = 24


# gc=False: no cycle is possible, but because of its enum member each would be tracked. A fold keeps thousands
# at a time, and the collector would walk the whole heap again and again.
class VerdictNotice(msgspec.Struct, frozen=True, gc=False):
    """The verdict on one attempt, as it is sent; `ordinal` is that of the attempt's last event."""

    commit: bytes
    outcome: Outcome
    ordinal: int


def channel_of(log: str, writer: str) -> str | None:
    """Return the channel of a writer process, or None for a name on the log that is no writer's."""
    channel = f"{log}_writer_{writer}"
    return channel if _WRITER.fullmatch(writer) and len(channel) <= CHANNEL_CHARS_MAX else None


def payloads(notices: Iterable[VerdictNotice]) -> Iterator[str]:
    """Pack notices into as few payloads as PostgreSQL takes."""
    parts: list[str] = []
    size = 0
    for notice in notices:
        part = f"{_CODES[notice.outcome]}{b64encode(notice.commit).decode()}{notice.ordinal}"
        if size + len(part) + 1 > PAYLOAD_BYTES_MAX:
            yield ",".join(parts)
            parts, size = [], 0
        parts.append(part)
        size += len(part) + 1
    if parts:
        yield ",".join(parts)


def unpack(payload: str) -> Iterator[VerdictNotice]:
    """Yield the notices of one payload."""
    for part in payload.split(","):
        end = 1 + _ID_CHARS
        yield VerdictNotice(b64decode(part[1:end]), _OUTCOMES[part[0]], int(part[end:]))
