"""`invitation`: what the bearer of an invitation is asked, the same before and after handing in."""

from datetime import datetime

import strawberry
from msgspec.structs import replace

from gateway.api.catalogue.terms import TalentTerm, talent_term
from gateway.api.lenses.lenses import LensVersion, lens_version
from gateway.api.policy.policies import Promise, promise_shown
from gateway.api.root_fields import query
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.types.enums import Perspective
from gateway.types.fields import field
from gateway.types.scalars import Bytes, write_bytes
from projections.views import catalogue, lenses
from rules.feedback.answers import ANSWERS_BYTES, asked_of
from rules.feedback.invitation import RaterInvitation as Invitation
from rules.feedback.own_question import questions_of_round
from rules.feedback.questions import QuestionKind
from rules.promise import promise_to_rater

SUITE = "DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM"
TERMS_MAX = 500
"""Terms to pick from: all that are adopted, but for an installation with more than anybody reads."""


@strawberry.type(
    description=(
        "With which a browser locks answers: HPKE (RFC 9180), base mode, without additional data. The other "
        "half is the keeper's alone and destroyed at closing."
    )
)
class RoundKey:
    suite: str = strawberry.field(description="The one every browser has had for years.")
    public_key: Bytes = strawberry.field(description="An uncompressed point of P-256, 65 bytes.")
    info: str = strawberry.field(
        description="The `info` of HPKE, to be used as it is, in ASCII: it names round and perspective."
    )
    size: int = strawberry.field(
        description=(
            "Bytes of `AnswersInput` as JSON, filled up with spaces to exactly this many, so that every "
            "answer has one length. A browser refuses longer text."
        )
    )


@strawberry.type(
    description=(
        "What a rater needs to decide and to write. The same before and after handing in: nothing can be "
        "read back, and nobody who opens it finds out whether you did. Drafts stay in the browser."
    )
)
class RaterInvitation:
    subject_name: str = strawberry.field(description="The person it is about.")
    perspective: Perspective = strawberry.field(description="From which side you look.")
    own_question: str | None = strawberry.field(
        description="The subject's own question. It is also the last one of `lens`, to be answered there."
    )
    lens: LensVersion = strawberry.field(
        description="The questions that are asked from your side, no others."
    )
    attributed: bool = strawberry.field(
        description=(
            "True: you alone are asked from your side, so the subject knows these answers are yours. Fixed "
            "at opening."
        )
    )
    floor: int | None = strawberry.field(
        description=(
            "Answers that must come in from your group before it is shown by itself. Null when attributed."
        )
    )
    comment_floor: int | None = strawberry.field(
        description="The same for what you write. Null when attributed."
    )
    promise: Promise = strawberry.field(description="What is promised about your words, and what can't be.")
    closes_at: datetime = strawberry.field(
        description="Until then you may hand in, replace and take back; after that nobody can."
    )
    key: RoundKey = strawberry.field(description="To lock your answers with.")

    @field(description="Terms to pick talents from, by name; none when no question asks for them.")
    async def terms(self, info: Info) -> list[TalentTerm]:
        if all(question.kind is not QuestionKind.TALENT_PICK for question in self.lens.questions):
            return []
        async with info.context.gateway.reader.connection() as connection:
            found = await catalogue.terms(connection, state="ADOPTED", limit=TERMS_MAX)
        return [talent_term(term) for term in found]


@query(
    description=(
        "What the bearer of an invitation is asked. The code is the request's only credential: it travels in "
        "the address's fragment or is typed, and is never a variable, so no log holds it. Null when the "
        "invitation is over."
    )
)
async def invitation(info: Info) -> RaterInvitation | None:
    found = await found_invitation(info.context)
    if found is None:
        return None
    name = await info.context.loaders.names.load(found.subject)
    return _shown(info.context, found, await lens_asked(info.context, found), subject_name=name or "")


async def found_invitation(context: Context) -> Invitation | None:
    """Return the invitation of the caller's code; None when it is over."""
    if context.identity is None or not context.identity.is_rater:
        raise GatewayError(ErrorCode.FORBIDDEN, "This needs the code of an invitation.")
    return await context.gateway.bus.invitation(identity=context.identity)


async def lens_asked(context: Context, found: Invitation) -> lenses.LensVersion:
    """Return the lens with the questions that are asked from this side. Raises NOT_YET."""
    lens = await context.loaders.lenses.load((found.lens, found.lens_number))
    if lens is None:
        raise GatewayError(ErrorCode.NOT_YET, "The questions are not there yet; try again.")
    every = questions_of_round(lens.questions, round_=found.round, own_question=found.own_question)
    return replace(lens, questions=tuple(asked_of(every, found.perspective).values()), pilots=())


def _shown(
    context: Context, found: Invitation, lens: lenses.LensVersion, *, subject_name: str
) -> RaterInvitation:
    promise = promise_to_rater(
        found.promise_version,
        keeper=context.gateway.keeper,
        form=lens.form,
        floor=found.floor or 1,  # an attributed rater's promise names no floor
        attributed=found.attributed,
    )
    return RaterInvitation(
        subject_name=subject_name,
        perspective=found.perspective,
        own_question=found.own_question,
        lens=lens_version(lens),
        attributed=found.attributed,
        floor=found.floor,
        comment_floor=found.comment_floor,
        promise=promise_shown(promise),
        closes_at=found.closes_at,
        key=RoundKey(
            suite=SUITE,
            public_key=write_bytes(found.public_key),
            info=found.info.decode("ascii"),
            size=ANSWERS_BYTES,
        ),
    )
