"""A subscription that has its caller's whole past sent again and again, asking much of each event."""

import json
import threading
from http.client import HTTPException
from typing import Any, Final
from uuid import uuid4

from websockets.exceptions import WebSocketException

from tests.e2e.attacks.documents import answer_of
from tests.e2e.attacks.target import ANSWER_S_MAX, Target, times
from tests.e2e.attacks.web_sockets import code_of, connected

CHANGES: Final = 20
_FACTS: Final = times(12, "a#: facts { i#: id f#: fact s#: summary { l#: nl m#: en } }")
WATCH: Final = f"subscription ($after: Position) {{ portfolioChanged(after: $after) {{ version {_FACTS} }} }}"
_CLAIM: Final = "mutation ($input: ClaimTalentInput!) { claimTalent(input: $input) { command { position } } }"
_lock = threading.Lock()
_first: dict[str, str] = {}


def repeated_events(target: Target) -> str:
    """Have the changes after the first one sent, and return the code of the last answer."""
    try:
        after = _position_before(target)
        with connected(target) as socket:
            payload = {"query": WATCH, "variables": {"after": after}}
            socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            code = ""
            for _ in range(CHANGES - 1):
                code = code_of(json.loads(socket.recv(ANSWER_S_MAX)))
                if code != "next":
                    break
            return code
    except (OSError, HTTPException, WebSocketException) as error:
        return type(error).__name__


def _position_before(target: Target) -> str:
    """Return the position of the attacker's first change; the first call makes the changes."""
    with _lock:
        if target.token not in _first:
            _first[target.token] = _claimed(target)
            for _ in range(CHANGES - 1):
                _claimed(target)
        return _first[target.token]


def _claimed(target: Target) -> str:
    claim: dict[str, Any] = {
        "name": {"ownWords": f"Talent {uuid4().hex}"},
        "strength": 3,
        "energy": 1,
        "use": 1,
    }
    variables = {"input": {"commandId": str(uuid4()), **claim}}
    answer = answer_of(target, {"query": _CLAIM, "variables": variables})
    position: str = answer["data"]["claimTalent"]["command"]["position"]
    return position
