"""The mirror of a round: what its subject gets to see of what raters answered."""

from collections.abc import Mapping
from datetime import datetime

import strawberry

from gateway.api.catalogue.terms import TalentTerm, talent_term
from gateway.api.lenses.lenses import Question
from gateway.api.portfolio.insights import Insight, insight_of
from gateway.api.portfolio.reads import read_portfolio
from gateway.context import Info
from gateway.types.bands import CountBand
from gateway.types.enums import GapKind, MeanBand, Perspective, Portion
from gateway.types.fields import field
from projections.views import rounds as view
from rules.feedback import mirror as rules
from rules.feedback.comments import comment_id
from rules.names import plain_name

STEADINESS = "0 to 1: how steady a picture so many raters give"


@strawberry.type(description="One perspective of others, or several shown as one.")
class MirrorBlock:
    perspectives: list[Perspective] = strawberry.field(description="Who is in it.")
    attributed: bool = strawberry.field(
        description="True for a LEAD who was asked alone, and knew it before writing; in no total."
    )
    raters: CountBand = strawberry.field(
        description=(
            "How many answered: 3 to 4, 5 to 7, 8 to 12, 13 or more; of several perspectives together just "
            "their floor or more; of an attributed LEAD 1."
        )
    )
    steadiness: float = strawberry.field(description=f"{STEADINESS}, from the lower edge of the band.")


@strawberry.type(description="Which part answered what.")
class MirrorSpread:
    low: Portion = strawberry.field(description="Of 1 and 2.")
    middle: Portion = strawberry.field(description="Of 3.")
    high: Portion = strawberry.field(description="Of 4 and 5.")


@strawberry.type(description="What one block answered to one question; not seen is no answer.")
class MirrorCell:
    mean: MeanBand | None = strawberry.field(description="Null when too few answered this question.")
    raters: CountBand | None = strawberry.field(
        description="How many answered this question, in the bands of `MirrorBlock.raters`."
    )
    spread: MirrorSpread | None = strawberry.field(
        description=(
            "Where the band begins at 5 or more, and two answers at least are outside the largest part."
        )
    )


@strawberry.type(description="A scale question: the subject's own answer against those of others.")
class MirrorRow:
    question: Question = strawberry.field(description="What was asked.")
    own: int | None = strawberry.field(name="self", description="The own answer; null when not given.")
    cells: list[MirrorCell] = strawberry.field(description="As many as `Mirror.blocks`, in that order.")
    total: MeanBand | None = strawberry.field(
        description=(
            "Of the cells shown in this row, an attributed one apart, weighted by the lower edges of their "
            "bands: it is computed from what is shown, so that it gives nothing away."
        )
    )
    gap: GapKind | None = strawberry.field(
        description="The own answer against the total; null when they differ too little to say."
    )


@strawberry.type(description="A talent that was picked.")
class TalentPick:
    term: TalentTerm = strawberry.field(
        description="In its current words; a merged one reads as the one kept."
    )
    picked_by_self: bool = strawberry.field(description="Whether the subject picked it.")
    picks: CountBand | None = strawberry.field(
        description="By how many raters of the total, never by perspective; null for too few."
    )


@strawberry.type(description="What someone wrote, in an order that says nothing and never changes.")
class CommentFragment:
    id: strawberry.ID
    text: str | None = strawberry.field(description="Null once the confidential adviser masked it.")
    flagged: bool = strawberry.field(
        description="Whether the subject asked the confidential adviser about it."
    )


@strawberry.type(
    description=(
        "What the raters of a block wrote to one question. Blocks may be wider here, as each needs enough "
        "who wrote; those who are left out above are left out here."
    )
)
class MirrorComments:
    question: Question = strawberry.field(description="What was asked.")
    perspectives: list[Perspective] = strawberry.field(description="Who wrote.")
    fragments: list[CommentFragment] = strawberry.field(description="What they wrote.")


@strawberry.type(
    description=(
        "What the subject gets to see; nobody else does. No score exists. Every figure rests on the floor's "
        "number of answers at least; those below it are kept nowhere. Draw it as a table: `blocks` are the "
        "heads, the `cells` of each row follow their order."
    )
)
class Mirror:
    id: strawberry.ID = strawberry.field(description="To hand to an auditor, for `recomputation`.")
    released_at: datetime = strawberry.field(description="When the round closed.")
    blocks: list[MirrorBlock] = strawberry.field(
        description=(
            "A LEAD asked alone; each perspective shown by itself; then, as one block, the others that reach "
            "a floor together only."
        )
    )
    left_out: list[Perspective] = strawberry.field(description="Invited, and shown nowhere.")
    rows: list[MirrorRow] = strawberry.field(description="One for each scale question, in the lens's order.")
    comments: list[MirrorComments] = strawberry.field(
        description="For each open question, in the lens's order, the subject's own question last."
    )
    steadiness: float | None = strawberry.field(
        description=f"{STEADINESS}, of the total. Null without a total."
    )
    picks: strawberry.Private[tuple[rules.TalentPick, ...]]
    person: strawberry.Private[str]
    round: strawberry.Private[str]

    @field(description="Talents that the subject picked, or enough raters; by band, then by name.")
    async def talent_picks(self, info: Info) -> list[TalentPick]:
        terms = await info.context.loaders.terms.load_many([pick.term for pick in self.picks])
        found = [
            TalentPick(term=talent_term(term), picked_by_self=pick.by_self, picks=_band(pick.picks))
            for pick, term in zip(self.picks, terms, strict=True)
            if term is not None
        ]
        return sorted(found, key=_by_band_and_name)

    @field(description="What the subject concluded from it, the newest first.")
    async def insights(self, info: Info) -> list[Insight]:
        portfolio = await read_portfolio(info.context, self.person)
        if portfolio is None:
            return []
        return [insight_of(portfolio, one) for one in portfolio.insights if one.round == self.round]


def mirror_of(person: str, found: view.Mirror, questions: Mapping[str, Question]) -> Mirror:
    """Return a mirror as its subject sees it; `questions` are those of the round, by id."""
    contents = found.contents
    return Mirror(
        id=strawberry.ID(found.mirror),
        released_at=found.released_at,
        blocks=[_block(block) for block in contents.blocks],
        left_out=list(contents.left_out),
        rows=[_row(row, questions[row.question]) for row in contents.rows],
        comments=[
            _comments(person, comments, fragments, questions[comments.question])
            for comments, fragments in zip(contents.comments, found.fragments, strict=True)
        ],
        steadiness=contents.steadiness,
        picks=contents.picks,
        person=person,
        round=found.round,
    )


def _by_band_and_name(pick: TalentPick) -> tuple[int, str]:
    return -(pick.picks.from_ if pick.picks else 0), plain_name(pick.term.label.nl)


def _band(band: rules.CountBand | None) -> CountBand | None:
    return CountBand(from_=band.low, to=band.high) if band else None


def _block(block: rules.Block) -> MirrorBlock:
    return MirrorBlock(
        perspectives=list(block.perspectives),
        attributed=block.attributed,
        raters=CountBand(from_=block.raters.low, to=block.raters.high),
        steadiness=block.steadiness,
    )


def _row(row: rules.Row, question: Question) -> MirrorRow:
    return MirrorRow(
        question=question,
        own=row.own,
        cells=[_cell(cell) for cell in row.cells],
        total=row.total,
        gap=row.gap,
    )


def _cell(cell: rules.Cell) -> MirrorCell:
    spread = cell.spread
    return MirrorCell(
        mean=cell.mean,
        raters=_band(cell.raters),
        spread=MirrorSpread(low=spread.low, middle=spread.middle, high=spread.high) if spread else None,
    )


def _comments(
    person: str, comments: rules.Comments, fragments: tuple[view.ShownFragment, ...], question: Question
) -> MirrorComments:
    return MirrorComments(
        question=question,
        perspectives=list(comments.perspectives),
        fragments=[
            CommentFragment(
                id=strawberry.ID(comment_id(person, one.fragment)), text=one.text, flagged=one.flagged
            )
            for one in fragments
        ],
    )
