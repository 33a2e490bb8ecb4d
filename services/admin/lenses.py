"""Loads lenses from files as drafts, on the server's command line; a lens that is there does not change."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from kit.ids import new_id
from rules.commands import Refusal
from rules.feedback.lens_versions import LENS_QUESTION_CHARS_MAX
from services.contexts.lenses.commands import (
    LENS_NAME_CHARS_MAX,
    FormName,
    ListedQuestion,
    LoadLens,
    Words,
    both_refusals,
)
from services.decisions.validation import same_words
from services.handling.handler import CommandHandler

SHIPPED: Final = tuple(sorted(Path(__file__).with_name("shipped_lenses").glob("*.toml")))
"""One for colleagues, and an easy one for clients, for the working group to begin with."""
LENS_FILE_BYTES_MAX: Final = 64 * 2**10
_KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)

Loaded = Literal["drafted", "there"]
"""A draft was made; or the lens was loaded before, whatever became of it."""


class LensFileError(Exception):
    """A lens can't be loaded; the message has a sentence for each problem, and where it is."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    form: FormName
    name: Words
    questions: tuple[ListedQuestion, ...]


def read_lens(content: bytes) -> LoadLens:
    """
    Read a lens: TOML in UTF-8 with key, form, name and questions; see the shipped ones.

    Raises LensFileError if anything in it is not valid, or two questions read the same.
    """
    if len(content) > LENS_FILE_BYTES_MAX:
        raise LensFileError(f"The file is larger than {LENS_FILE_BYTES_MAX} bytes.")
    try:
        read = msgspec.toml.decode(content, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LensFileError(f"The file is no lens: {error}.") from None
    if problems := list(_problems(read)):
        raise LensFileError("\n".join(problems))
    return LoadLens(key=read.key, name=read.name, form=read.form, questions=read.questions)


def load_lens(handler: CommandHandler, lens: LoadLens) -> Loaded:
    """
    Make a draft of the lens, unless it was loaded before.

    After an interruption it can be run again. Raises LensFileError, and what the handler raises.
    """
    # With a new occasion, what was refused once is decided again.
    ended = handler.handle_for_process(lens, process="lenses", occasion=new_id())
    if ended.outcome == "ACCEPTED":
        return "drafted"
    if any(refusal.code == "ALREADY_SO" for refusal in ended.refusals):
        return "there"
    reasons = [refusal.en for refusal in ended.refusals] or ["It is not known yet; run this again."]
    raise LensFileError("\n".join(f"{lens.key}: {reason}" for reason in reasons))


def _problems(read: _File) -> Iterator[str]:
    if not _KEY.fullmatch(read.key):
        yield "key: 1 to 40 small letters, digits and dashes, and a letter first."
    yield from _said("", both_refusals(read.name, "name", chars_max=LENS_NAME_CHARS_MAX))
    for number, question in enumerate(read.questions, 1):
        refusals = both_refusals(question.text, "text", chars_max=LENS_QUESTION_CHARS_MAX)
        yield from _said(f"Question {number}, ", refusals)
        if not question.perspectives:
            yield f"Question {number}, perspectives: choose who is asked."
    for language in ("nl", "en"):
        often = Counter(same_words(getattr(question.text, language)) for question in read.questions)
        for number, question in enumerate(read.questions, 1):
            if often[same_words(getattr(question.text, language))] > 1:
                yield f"Question {number}, text.{language}: another question reads the same."


def _said(where: str, refusals: list[Refusal]) -> Iterator[str]:
    for refusal in refusals:
        yield f"{where}{'.'.join(refusal.field)}: {refusal.en}"
