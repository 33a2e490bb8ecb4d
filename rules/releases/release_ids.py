"""What a release is called: by its organisation and its number."""

import re
from typing import Final

_ID: Final = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,8})")


def release_id(organisation: str, epoch: int) -> str:
    """Return the id of a release, from which `organisation_and_epoch` reads both."""
    return f"{organisation}-{epoch}"


def organisation_and_epoch(release: str) -> tuple[str, int] | None:
    """Return the organisation and the number of a release's id; None for anything else."""
    match = _ID.fullmatch(release)
    return (match[1], int(match[2])) if match else None
