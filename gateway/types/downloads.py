"""A file in an answer: nothing else has to be asked for, and nobody else can ask for it."""

import base64
import hashlib

import strawberry


@strawberry.type(description="A file to save.")
class Download:
    url: str = strawberry.field(
        description=(
            "A `data:` address (RFC 2397) with the file itself in base64, so that it needs no second request "
            "and no token. Pasted in the address bar of a browser, it opens the file."
        )
    )
    media_type: str = strawberry.field(description="What kind of file it is.")
    digest: str = strawberry.field(description="SHA-256 of the file, in 64 hex digits.")


def download_of(content: bytes, *, media_type: str) -> Download:
    """Return a file as it is shown; `media_type` may hold parameters, but no space."""
    return Download(
        url=f"data:{media_type};base64,{base64.b64encode(content).decode()}",
        media_type=media_type,
        digest=hashlib.sha256(content).hexdigest(),
    )
