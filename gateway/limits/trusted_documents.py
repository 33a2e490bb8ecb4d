"""Trusted documents: where a list of them is configured, no other document is executed."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gateway.errors import ErrorCode, GatewayError

APOLLO_NOT_SUPPORTED: Final = "PersistedQueryNotSupported"
"""The whole message, by which Apollo's clients know to send the text from then on."""


class TrustedDocumentsError(Exception):
    """The list of trusted documents can't be read, or an id in it is not the SHA-256 of its document."""


def read_trusted_documents(path: Path) -> Mapping[str, str]:
    """Read a JSON file that maps ids to documents, or a folder of them. Raises TrustedDocumentsError."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise TrustedDocumentsError(f"{path} holds no .json file with trusted documents.")
    documents: dict[str, str] = {}
    for file in files:
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise TrustedDocumentsError(f"{file} can't be read as JSON ({type(error).__name__}).") from error
        if not isinstance(found, dict):
            raise TrustedDocumentsError(f"{file} must hold one JSON object that maps ids to documents.")
        for name, text in found.items():
            if not isinstance(text, str) or name != hashlib.sha256(text.encode()).hexdigest():
                raise TrustedDocumentsError(
                    f"{file}: the id {name} is not the SHA-256, in hex, of its document."
                )
            documents[name] = text
    return documents


def requested_document(trusted: Mapping[str, str] | None, request: Mapping[str, object]) -> str | None:
    """Return the document to execute: any `query` if there is no list, else the document with this id.

    An id is `documentId`, or the hash of Apollo's persisted queries. Raises BAD_REQUEST.
    """
    query, document_id, apollo_id = request.get("query"), request.get("documentId"), _apollo_id(request)
    if trusted is None:
        if document_id is not None:
            raise _refused("There are no trusted documents here; send `query`.")
        if apollo_id is not None and query is None:
            raise _refused(APOLLO_NOT_SUPPORTED)
        return query if isinstance(query, str) else None
    if query is not None:
        raise _refused("Only trusted documents are executed here; send `documentId` and no `query`.")
    named = apollo_id if document_id is None else document_id
    if not isinstance(named, str) or named not in trusted:
        raise _refused("`documentId` is not the id of a trusted document.")
    return trusted[named]


def _apollo_id(request: Mapping[str, object]) -> object:
    extensions = request.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, Mapping) else None
    return persisted.get("sha256Hash", "") if isinstance(persisted, Mapping) else persisted


def _refused(message: str) -> GatewayError:
    return GatewayError(ErrorCode.BAD_REQUEST, message)
