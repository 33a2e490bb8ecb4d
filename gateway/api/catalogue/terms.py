"""`talentCatalogue`: the shared terms for talents, and the mutations of the working group."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from enum import Enum
from typing import Annotated, Final

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.paging import Connection, Paging
from gateway.api.root_fields import mutation, query
from gateway.api.sending import CHANGED, KEPT, CommandInput, CommandPayload, can_show_result, send_command
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.reading.view_reader import check_organisation_not_parked
from gateway.types.arguments import After, First, WaitFor
from gateway.types.enums import described
from gateway.types.fields import field, waited_for
from gateway.types.ids import refers_to
from gateway.types.scalars import Url
from gateway.types.texts import LocalText, LocalTextInput
from projections.views import catalogue as view
from rules import commands
from rules.access.catalogue import SEE_ALL_TERMS
from rules.clusters import CLUSTERS
from rules.texts import LocalLine

SEARCH_CHARS_MAX = 100


class TermState(Enum):
    PROPOSED = "PROPOSED"
    ADOPTED = "ADOPTED"
    MERGED = "MERGED"
    RETIRED = "RETIRED"


described(
    TermState,
    description="Whether a word can be picked for a talent.",
    values={
        "PROPOSED": "Not yet: the working group has not adopted it.",
        "ADOPTED": "It can be picked.",
        "MERGED": "No more: another word took its place, see `mergedIntoId`.",
        "RETIRED": "No more; talents that have it keep it.",
    },
)


@strawberry.type(description="A family of words for talents.")
class TermCluster:
    id: strawberry.ID
    name: LocalText = strawberry.field(description="What it is called.")


@strawberry.type(description="A shared word for a talent.")
class TalentTerm:
    id: strawberry.ID
    label: LocalText = strawberry.field(description="The word itself.")
    cluster: TermCluster = strawberry.field(description="The family in which it is counted.")
    state: TermState = strawberry.field(description="Whether it can be picked.")
    esco: Url | None = strawberry.field(
        description=(
            "The same skill in ESCO, the European classification; null where the working group named none."
        )
    )
    merged_into_id: strawberry.ID | None = refers_to(
        "TalentTerm", description="Of a merged word: the one that took its place."
    )


@strawberry.type(description="The shared words for talents.")
class TalentCatalogue:
    version: int = strawberry.field(description="The version of the catalogue.")

    @field(description="The families, about 8. A word is in one of them.")
    def clusters(self) -> list[TermCluster]:
        return [cluster_of(cluster) for cluster in CLUSTERS]

    @field(
        description=(
            "The words, by their Dutch text. Those that are not adopted are only for the working "
            "group and the works council: anyone may have written them."
        )
    )
    async def terms(
        self,
        info: Info,
        *,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="A part of the word, in Dutch or English; 100 characters at most."
            ),
        ] = UNSET,
        cluster_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only the words of this family.")
        ] = UNSET,
        state: Annotated[
            TermState, strawberry.argument(description="Only the words in this state.")
        ] = TermState.ADOPTED,
        first: First = 100,
        after: After = UNSET,
    ) -> Connection[TalentTerm]:
        if len(search or "") > SEARCH_CHARS_MAX:
            message = f"`search` may have at most {SEARCH_CHARS_MAX} characters."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
        if state is not TermState.ADOPTED and info.context.role not in SEE_ALL_TERMS:
            names = " and ".join(role.name for role in SEE_ALL_TERMS)
            raise GatewayError(ErrorCode.FORBIDDEN, f"Only {names} may see terms that are not adopted.")

        async def read(after_key: tuple[str, str] | None, limit: int) -> list[view.Term]:
            if cluster_id and cluster_id not in CLUSTERS:
                return []
            async with info.context.gateway.reader.connection() as connection:
                return await view.terms(
                    connection,
                    state=state.value,
                    cluster=cluster_id or None,
                    search=search or "",
                    after=after_key,
                    limit=limit,
                )

        return await _PAGES.page(info.context, first=first, after=after or None, read=read, node=talent_term)


def talent_term(term: view.Term) -> TalentTerm:
    return TalentTerm(
        id=strawberry.ID(term.term),
        label=LocalText(nl=term.nl, en=term.en),
        cluster=cluster_of(term.cluster),
        state=TermState[term.state],
        esco=Url(term.esco) if term.esco else None,
        merged_into_id=strawberry.ID(term.merged_into) if term.merged_into else None,
    )


def cluster_of(cluster: str) -> TermCluster:
    """Return a family of terms as it is shown."""
    # A newer program may have put a term into a cluster that this one does not know.
    name = CLUSTERS.get(cluster) or LocalLine(nl=cluster, en=cluster)
    return TermCluster(id=strawberry.ID(cluster), name=LocalText(nl=name.nl, en=name.en))


def term_by_id(context: Context, term: str | None) -> TalentTerm | None:
    """
    Return the term whose words a claim has, for GraphQL to wait for.

    None for own words, or if the view has not seen it yet.
    """
    return waited_for(_term_by_id(context, term)) if term else None


async def _term_by_id(context: Context, term: str) -> TalentTerm | None:
    found = await context.loaders.terms.load(term)
    return talent_term(found) if found else None


@query(description="The shared words for talents.")
async def talent_catalogue(info: Info, wait_for: WaitFor = UNSET) -> TalentCatalogue | None:
    await info.wait_for(wait_for, view.VIEW)
    async with info.context.gateway.reader.connection() as connection:
        await check_organisation_not_parked(connection, view.VIEW)
        version = await view.version(connection)
    return TalentCatalogue(version=version)


def _key_of(term: view.Term) -> tuple[str, str]:
    return term.nl, term.term


_PAGES: Paging[view.Term, tuple[str, str]] = Paging(
    name="talentCatalogue", key=tuple[str, str], key_of=_key_of
)


TERM_ID: Final = "The word, from `talentCatalogue`."


@strawberry.input
class ProposeTermInput(CommandInput):
    label: LocalTextInput = strawberry.field(description="The word, in both languages.")
    cluster_id: strawberry.ID = strawberry.field(description="The family that it belongs to.")


@strawberry.input
class AdoptTermInput(CommandInput):
    term_id: strawberry.ID = strawberry.field(description=TERM_ID)


@strawberry.input
class RewordTermInput(CommandInput):
    term_id: strawberry.ID = strawberry.field(description=TERM_ID)
    label: LocalTextInput = strawberry.field(description="What it reads from now on.")


@strawberry.input
class MergeTermsInput(CommandInput):
    term_ids: list[strawberry.ID] = strawberry.field(description="The words that give way, 20 at most.")
    into_id: strawberry.ID = strawberry.field(description="The adopted word that takes their place.")


@strawberry.input
class RetireTermInput(CommandInput):
    term_id: strawberry.ID = strawberry.field(description=TERM_ID)


@strawberry.input
class AlignTermInput(CommandInput):
    term_id: strawberry.ID = strawberry.field(description=TERM_ID)
    esco: Url | None = strawberry.field(
        default=UNSET, description=f"The address of the same skill in ESCO. {KEPT}"
    )


@strawberry.type
class TermPayload(CommandPayload):
    term: TalentTerm | None = strawberry.field(description=CHANGED)


@mutation(description="Propose a word, for the working group to adopt. Who proposed it is not recorded.")
async def propose_term(info: Info, input: ProposeTermInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


@mutation(description="Let a proposed or retired word be picked.")
async def adopt_term(info: Info, input: AdoptTermInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


@mutation(description="Change how a word reads, for all who picked it.")
async def reword_term(info: Info, input: RewordTermInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


@mutation(
    description=(
        "Let one word take the place of others. Talents that were claimed by those read as the one kept."
    )
)
async def merge_terms(info: Info, input: MergeTermsInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


@mutation(description="Take a word out of use: talents that have it keep it, and nobody new picks it.")
async def retire_term(info: Info, input: RetireTermInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


@mutation(description="Record which skill of ESCO a word means.")
async def align_term(info: Info, input: AlignTermInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


async def _term(info: Info, result: commands.CommandResult) -> TermPayload:
    seen = await can_show_result(info, result, view.VIEW)
    term = await _term_by_id(info.context, result.entity_id) if seen and result.entity_id else None
    return TermPayload(command=command_result(info, result), term=term)
