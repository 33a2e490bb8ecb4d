"""What came over HTTP: HR's files and two switches; anything else is named, and then nothing is done."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from fastapi import HTTPException, Request
from starlette.datastructures import FormData, QueryParams, UploadFile

from kit.errors import TooLargeError, UnsupportedEncodingError
from kit.http.body_limit import limited_body, need_plain_body
from kit.spelling import nearest
from processes.hr_feed.files import COLUMNS, FILE_BYTES_MAX, NAME_SHOWN_CHARS_MAX, Problem, file_of
from processes.hr_feed.spreadsheets import NotTextError

BODY_BYTES_MAX: Final = len(COLUMNS) * FILE_BYTES_MAX + 64 * 1024
_FIELDS_MAX: Final = 10
"""None of them is known, but then one is named."""
_DRY_RUN: Final = "dryRun"
_CONFIRM_LEAVERS: Final = "confirmLeavers"
_SWITCHES: Final = (_DRY_RUN, _CONFIRM_LEAVERS)
_ON_OFF: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class UploadError(Exception):
    """Nothing was done, because of this problem with the request; `status` is that of the answer."""

    def __init__(self, *, nl: str, en: str, file: str | None = None, status: int = 400) -> None:
        super().__init__(en)
        self.status = status
        self.problem = Problem(file=file, nl=nl, en=en)


class Switches(msgspec.Struct, frozen=True, kw_only=True):
    """How the files are to be carried out."""

    dry_run: bool = False
    confirm_leavers: bool = False


def switches(params: QueryParams) -> Switches:
    """Read the address's parameters. Raises UploadError for any that is not one of them."""
    for name, value in params.multi_items():
        shown = name[:NAME_SHOWN_CHARS_MAX]
        if name not in _SWITCHES:
            like = nearest(shown, _SWITCHES)
            raise UploadError(
                nl=f"De parameter {shown!r} is onbekend; bedoel je {like!r}? Er is niets gedaan.",
                en=f"The parameter {shown!r} is unknown; did you mean {like!r}? Nothing was done.",
            )
        if len(params.getlist(name)) > 1:
            raise UploadError(
                nl=f"De parameter {name!r} staat er meer dan eens. Er is niets gedaan.",
                en=f"The parameter {name!r} is there more than once. Nothing was done.",
            )
        if value.lower() not in _ON_OFF:
            raise UploadError(
                nl=f"De parameter {name!r} is 'true' of 'false'. Er is niets gedaan.",
                en=f"The parameter {name!r} is 'true' or 'false'. Nothing was done.",
            )
    return Switches(
        dry_run=_ON_OFF[params.get(_DRY_RUN, "false").lower()],
        confirm_leavers=_ON_OFF[params.get(_CONFIRM_LEAVERS, "false").lower()],
    )


async def sent_files(request: Request) -> Mapping[str, bytes]:
    """Return the files of a multipart form by the names that HR's files have. Raises UploadError."""
    try:
        need_plain_body(request.headers)
        limited = Request(request.scope, limited_body(request.receive, BODY_BYTES_MAX))
        async with limited.form(max_files=len(COLUMNS), max_fields=_FIELDS_MAX) as form:
            return await _files_in(form)
    except TooLargeError:
        nl = f"Een bestand is hoogstens {FILE_BYTES_MAX} bytes."
        raise UploadError(nl=nl, en=f"A file is {FILE_BYTES_MAX} bytes at most.", status=413) from None
    except UnsupportedEncodingError as error:
        nl = "Stuur de inhoud ongecomprimeerd, zonder Content-Encoding."
        raise UploadError(nl=nl, en=str(error), status=error.status) from None
    except HTTPException as error:  # what the form's parser raises
        nl, en = "Dit formulier kan niet gelezen worden", "This form can't be read"
        raise UploadError(nl=f"{nl}: {error.detail}", en=f"{en}: {error.detail}") from error


async def _files_in(form: FormData) -> dict[str, bytes]:
    sent: dict[str, bytes] = {}
    for name, part in form.multi_items():
        if not isinstance(part, UploadFile):
            raise _unknown_field(name[:NAME_SHOWN_CHARS_MAX])
        called, content = _last_part(part.filename or ""), await part.read()
        try:
            file = file_of(called, content)
        except NotTextError as error:
            raise UploadError(nl=error.why.nl, en=error.why.en, file=called) from error
        if file is None:
            raise _unknown_file(called)
        if file in sent:
            raise UploadError(
                nl=f"Dit bestand is er twee keer: dit is ook {file}. Er is niets gedaan.",
                en=f"This file is there twice: this is {file} too. Nothing was done.",
                file=called,
            )
        sent[file] = content
    if not sent:
        names = ", ".join(COLUMNS)
        raise UploadError(
            nl=f"Stuur minstens één van {names} als multipart/form-data.",
            en=f"Send at least one of {names} as multipart/form-data.",
        )
    return sent


def _last_part(filename: str) -> str:
    """Return the name without folders, which some browsers send, and no longer than what is shown of it."""
    return re.split(r"[/\\]", filename)[-1][-NAME_SHOWN_CHARS_MAX:]


def _unknown_field(name: str) -> UploadError:
    like = nearest(name, _SWITCHES)
    return UploadError(
        nl=f"Het formulier heeft een veld {name!r}, maar neemt alleen bestanden; {like!r} hoort in het adres "
        f"(?{like}=true). Er is niets gedaan.",
        en=f"The form has a field {name!r}, but takes files only; {like!r} belongs in the address "
        f"(?{like}=true). Nothing was done.",
    )


def _unknown_file(called: str) -> UploadError:
    like = nearest(called, COLUMNS)
    columns = ",".join(COLUMNS[like])
    return UploadError(
        nl=f"Welk bestand dit is, zegt de naam niet, en de kolommen ook niet. Bedoel je {like}? Dat heeft de "
        f"kolommen {columns}. Er is niets gedaan.",
        en=f"Neither its name nor its columns say which file this is. Did you mean {like}? That has the "
        f"columns {columns}. Nothing was done.",
        file=called,
    )
