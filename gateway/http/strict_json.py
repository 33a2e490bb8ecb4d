"""JSON as clients send it, read so that whatever can't be answered or kept is refused at the door."""

import json
from typing import Any, Final

_UNREADABLE: Final = "this is no JSON that can be read"


def read_json(data: str | bytes) -> Any:
    """Return what the text holds. Raises JSONDecodeError for whatever is wrong with it.

    Refused are, apart from what is no JSON: numbers that Python can't or JSON must not hold, nesting without
    end, bytes that are no UTF-8, and halves of characters (lone surrogates), which nothing could write again.
    """
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        found = json.loads(text, parse_constant=_no_number)
        if "\\ud" in text.lower() or not text.isascii():
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # a JSONDecodeError would quote what was sent
        raise json.JSONDecodeError(_UNREADABLE, "", 0) from None
    return found


def _no_number(name: str) -> float:
    raise ValueError(name)


def write_json(data: object) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
