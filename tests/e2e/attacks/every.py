"""The list of all attacks, for the test that others hardly notice them, and the benchmark."""

from typing import Final

from tests.e2e.attacks.connections import (
    answers_not_read,
    endless_header,
    half_body,
    half_head,
    half_open,
    many_headers,
)
from tests.e2e.attacks.documents import (
    ALLOWED_PASTS,
    BY_FRAGMENTS,
    FORGED,
    MANY_LISTS,
    MANY_PASTS,
    accepted_documents,
    deep_json,
    long_numbers,
    posted,
    refused_documents,
)
from tests.e2e.attacks.events import repeated_events
from tests.e2e.attacks.target import Attack
from tests.e2e.attacks.web_sockets import NO_MESSAGES, PING, anonymous, operations

UNKNOWN: Final = frozenset({"401 UNAUTHENTICATED", "429 LIMIT_EXCEEDED"})
BAD: Final = frozenset({"400 BAD_REQUEST", "429 LIMIT_EXCEEDED"})
TOO_MUCH: Final = frozenset({"400 LIMIT_EXCEEDED", "429 LIMIT_EXCEEDED"})
PACED: Final = frozenset({"200", "429 LIMIT_EXCEEDED", "504 LIMIT_EXCEEDED"})
# A connection that is closed while more is being sent may lose the answer on its way.
TOO_LARGE: Final = frozenset({"431 Request Header Fields Too Large", "closed", "ConnectionResetError"})
SILENCE: Final = frozenset({"TimeoutError"})
UNREAD: Final = frozenset({"200 OK", "429 Too Many Requests", "TimeoutError"})
OVER_SOCKET: Final = frozenset({"next", "LIMIT_EXCEEDED"})
SOCKET: Final = frozenset({"101 Switching Protocols", "403 Forbidden", "closed"})
ACCEPTED_DOCUMENTS: Final = "documents that are accepted, each new"
PINGS: Final = "pings over a WebSocket"

ATTACKS: Final = (
    Attack("introspection by fragments, no token", posted(BY_FRAGMENTS, token=""), UNKNOWN),
    Attack("introspection by fragments", posted(BY_FRAGMENTS), TOO_MUCH),
    Attack("tokens that are forged", posted("{ me { id } }", token=FORGED), UNKNOWN),
    Attack("200 portfolios of the past by aliases", posted(MANY_PASTS), TOO_MUCH, 12),
    Attack("20 portfolios of the past by aliases", posted(ALLOWED_PASTS), PACED, 12),
    Attack("60 long lists by aliases", posted(MANY_LISTS), PACED),
    Attack("documents that are refused, each new", refused_documents, BAD),
    Attack(ACCEPTED_DOCUMENTS, accepted_documents, PACED),
    Attack("numbers of 5,000 digits", long_numbers, TOO_MUCH),
    Attack("JSON of 250,000 brackets", deep_json, BAD),
    Attack("a header of 120 MB", endless_header, TOO_LARGE, 2),
    Attack("20 million headers", many_headers, TOO_LARGE, 2),
    Attack("half a head, a hundred times", half_open(half_head), SILENCE, 1),
    Attack("half a body, a hundred times", half_open(half_body), SILENCE, 1),
    Attack("answers that are not read", answers_not_read, UNREAD),
    Attack("portfolios of the past over a WebSocket", operations(ALLOWED_PASTS, 8), OVER_SOCKET),
    Attack("a subscription that repeats the past", repeated_events, OVER_SOCKET),
    Attack("WebSockets that say nothing", anonymous(), SOCKET),
    Attack(PINGS, anonymous(PING, repeated=5_000), SOCKET),
    Attack("what is no message over a WebSocket", anonymous(*NO_MESSAGES, repeated=50), SOCKET),
)
