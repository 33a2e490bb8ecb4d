"""`talentCatalogue`: the shared terms for talents, and the mutations of the working group."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from enum import Enum

import strawberry
from strawberry import UNSET

from gateway.api.command_result import CommandResult, command_result
from gateway.api.paging import Connection, Paging
from gateway.api.root_fields import mutation, query
from gateway.api.sending import CommandInput, can_show_result, send_command
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.reading.view_reader import check_not_parked
from gateway.types.fields import field
from gateway.types.ids import refers_to
from gateway.types.scalars import Position, Url
from gateway.types.texts import LocalText, LocalTextInput
from projections.views import catalogue as view
from projections.views import organisation
from rules import commands
from rules.access.catalogue import SEE_ALL_TERMS
from rules.clusters import CLUSTERS
from rules.texts import LocalLine

SEARCH_CHARS_MAX = 100


@strawberry.enum(description="Claims keep a retired term; nobody new picks it.")
class TermState(Enum):
    PROPOSED = "PROPOSED"
    ADOPTED = "ADOPTED"
    MERGED = "MERGED"
    RETIRED = "RETIRED"


@strawberry.type(description="A family of terms.")
class TermCluster:
    id: strawberry.ID
    name: LocalText


@strawberry.type(description="A word for a talent.")
class TalentTerm:
    id: strawberry.ID
    label: LocalText
    cluster: TermCluster
    state: TermState
    esco: Url | None = strawberry.field(
        description="The same notion in ESCO, where the working group aligned it."
    )
    merged_into_id: strawberry.ID | None = refers_to(
        "TalentTerm", description="Of a merged term: the one kept."
    )


@strawberry.type(description="The shared words.")
class TalentCatalogue:
    version: int

    @field(description="About 8. A term has one home among them, in which it is counted.")
    def clusters(self) -> list[TermCluster]:
        return [_cluster(cluster) for cluster in CLUSTERS]

    @field(
        description=(
            "`search` looks in both languages. What is not adopted, the working group and the works council "
            "see: anyone may have written it."
        )
    )
    async def terms(
        self,
        info: Info,
        *,
        search: str | None = UNSET,
        cluster_id: strawberry.ID | None = UNSET,
        state: TermState = TermState.ADOPTED,
        first: int = 100,
        after: str | None = UNSET,
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
        cluster=_cluster(term.cluster),
        state=TermState[term.state],
        esco=Url(term.esco) if term.esco else None,
        merged_into_id=strawberry.ID(term.merged_into) if term.merged_into else None,
    )


def _cluster(cluster: str) -> TermCluster:
    # A newer program may have put a term into a cluster that this one does not know.
    name = CLUSTERS.get(cluster) or LocalLine(nl=cluster, en=cluster)
    return TermCluster(id=strawberry.ID(cluster), name=LocalText(nl=name.nl, en=name.en))


async def term_by_id(context: Context, term: str | None) -> TalentTerm | None:
    """Return the term whose words a claim has; None for own words, or if the view has not seen it yet."""
    found = await context.loaders.terms.load(term) if term else None
    return talent_term(found) if found else None


@query(description="The shared words for talents.")
async def talent_catalogue(info: Info, wait_for: list[Position] | None = UNSET) -> TalentCatalogue | None:
    await info.wait_for(wait_for, view.VIEW)
    async with info.context.gateway.reader.connection() as connection:
        found = await organisation.organisation(connection)
        await check_not_parked(connection, view.VIEW, [found.organisation] if found else [])
        version = await view.version(connection)
    return TalentCatalogue(version=version)


def _key_of(term: view.Term) -> tuple[str, str]:
    return term.nl, term.term


_PAGES: Paging[view.Term, tuple[str, str]] = Paging(
    name="talentCatalogue", key=tuple[str, str], key_of=_key_of
)


@strawberry.input
class ProposeTermInput(CommandInput):
    label: LocalTextInput
    cluster_id: strawberry.ID


@strawberry.input
class AdoptTermInput(CommandInput):
    term_id: strawberry.ID


@strawberry.input
class RewordTermInput(CommandInput):
    term_id: strawberry.ID
    label: LocalTextInput


@strawberry.input
class MergeTermsInput(CommandInput):
    term_ids: list[strawberry.ID]
    into_id: strawberry.ID


@strawberry.input
class RetireTermInput(CommandInput):
    term_id: strawberry.ID


@strawberry.input
class AlignTermInput(CommandInput):
    term_id: strawberry.ID
    esco: Url | None = UNSET


@strawberry.type
class TermPayload:
    command: CommandResult
    term: TalentTerm | None


@mutation()
async def propose_term(info: Info, input: ProposeTermInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


@mutation()
async def adopt_term(info: Info, input: AdoptTermInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


@mutation()
async def reword_term(info: Info, input: RewordTermInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


@mutation(description="Claims of the merged terms read as the kept one.")
async def merge_terms(info: Info, input: MergeTermsInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


@mutation()
async def retire_term(info: Info, input: RetireTermInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


@mutation()
async def align_term(info: Info, input: AlignTermInput) -> TermPayload:
    return await _term(info, await send_command(info, input))


async def _term(info: Info, result: commands.CommandResult) -> TermPayload:
    seen = await can_show_result(info, result, view.VIEW)
    term = await term_by_id(info.context, result.entity_id) if seen else None
    return TermPayload(command=command_result(info, result), term=term)
