"""What decisions on feedback rounds depend on beyond their stream; it is looked up before deciding."""

import msgspec

from rules.feedback.questions import LensForm, Question, RoundFloors


class LensVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a lens that was published; `withdrawn`: no new round uses it any more."""

    lens: str
    number: int
    form: LensForm
    questions: tuple[Question, ...]
    withdrawn: bool = False


class RoundRules(msgspec.Struct, frozen=True, kw_only=True):
    """
    The policy in force, as far as rounds depend on it, and what is on record about it.

    `promise_version` is the promise that raters are shown now. `consented`: the works council consented to
    this policy and this promise, and did not withdraw it. `assessed`: the same of the DPIA.
    """

    policy: str
    floors: RoundFloors
    months_between_rounds: int
    invitations_per_quarter_max: int
    promise_version: int
    consented: bool
    assessed: bool


class RaterFound(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the vault knows of somebody who is about to be invited.

    `in_round`: invited in this round already, by person, by address, or without an address by the same name.
    `is_subject`: the subject's own address. `asked`: how often other commands invited this person in this
    quarter, for any subject.
    """

    in_round: bool = False
    is_subject: bool = False
    asked: int = 0


class RoundKey(msgspec.Struct, frozen=True, kw_only=True):
    """The public key of a round (an uncompressed point of P-256, 65 bytes), and the log of its answers."""

    public_key: bytes
    inbox: str
