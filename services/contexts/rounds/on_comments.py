"""Decides on comments in a mirror: flagging one, and masking it."""

from events.catalog.rounds import CommentFlagged, CommentMasked
from rules.feedback import comments
from services.contexts.rounds.commands import FlagComment, MaskComment
from services.contexts.rounds.refusals import already_so, refuse_while_closing
from services.contexts.rounds.state import Rounds
from services.decisions.refusals import NOT_FOUND, RejectedError


def flagged(command: FlagComment, state: Rounds) -> CommentFlagged:
    name, fragment = _found(command.comment_id, state)
    if fragment in state.rounds[name].flagged:
        nl = "Je hebt dit al aan de vertrouwenspersoon voorgelegd."
        en = "You have asked the confidential adviser about this already."
        raise RejectedError(already_so("commentId", nl=nl, en=en))
    return CommentFlagged(round=name, fragment=fragment, reason=command.reason.strip())


def masked(command: MaskComment, state: Rounds) -> CommentMasked:
    name, fragment = _found(command.comment_id, state)
    return CommentMasked(round=name, fragment=fragment, reason=command.reason.strip())


def _found(comment: str, state: Rounds) -> tuple[str, str]:
    """Return the round and the fragment of a comment that can be read. Raises RejectedError."""
    fragment = comments.fragment_of(comment)
    name = next((name for name, found in state.rounds.items() if fragment in found.fragments), None)
    if name is None:
        raise RejectedError(NOT_FOUND)
    refuse_while_closing(state)
    if fragment in state.rounds[name].masked:
        nl, en = "Deze tekst is al onleesbaar gemaakt.", "This text was made unreadable already."
        raise RejectedError(already_so("commentId", nl=nl, en=en))
    return name, fragment
