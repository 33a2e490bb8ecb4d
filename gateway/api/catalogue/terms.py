"""`talentCatalogue`: the words for talents that everyone shares."""

from enum import Enum

import strawberry
from strawberry import UNSET, Info

from gateway.access import query
from gateway.connections import Connection, Paging
from gateway.context import Context
from gateway.errors import ErrorCode, GatewayError
from gateway.fields import field
from gateway.scalars import Position, Url
from gateway.texts import LocalText
from projections.views import catalogue as view
from rules.access import SEE_ALL_TERMS
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
    merged_into_id: strawberry.ID | None = strawberry.field(description="Of a merged term: the one kept.")


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
        info: Info[Context, None],
        *,
        search: str | None = UNSET,
        cluster_id: strawberry.ID | None = UNSET,
        state: TermState = TermState.ADOPTED,
        first: int = 100,
        after: str | None = UNSET,
    ) -> Connection[TalentTerm]:
        if len(search or "") > SEARCH_CHARS_MAX:
            message = f"`search` has {SEARCH_CHARS_MAX} characters at most."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
        if state is not TermState.ADOPTED and info.context.role not in SEE_ALL_TERMS:
            names = " and ".join(role.name for role in SEE_ALL_TERMS)
            raise GatewayError(ErrorCode.FORBIDDEN, f"Words that are not adopted are for {names} to see.")

        async def read(behind: tuple[str, str] | None, limit: int) -> list[view.Term]:
            if cluster_id and cluster_id not in CLUSTERS:
                return []
            return await info.context.gateway.reads.terms(
                state=state.value, cluster=cluster_id or None, search=search or "", after=behind, limit=limit
            )

        return await _PAGES.page(info.context, first=first, after=after or None, read=read, node=talent_term)


def talent_term(read: view.Term) -> TalentTerm:
    return TalentTerm(
        id=strawberry.ID(read.term),
        label=LocalText(nl=read.nl, en=read.en),
        cluster=_cluster(read.cluster),
        state=TermState[read.state],
        esco=Url(read.esco) if read.esco else None,
        merged_into_id=strawberry.ID(read.merged_into) if read.merged_into else None,
    )


def _cluster(cluster: str) -> TermCluster:
    # A newer program may have put a term in a cluster that this one doesn't know.
    name = CLUSTERS.get(cluster) or LocalLine(nl=cluster, en=cluster)
    return TermCluster(id=strawberry.ID(cluster), name=LocalText(nl=name.nl, en=name.en))


async def term_by_id(context: Context, term: str | None) -> TalentTerm | None:
    """Return the term that a claim by it reads as; None for own words, or one that is not seen yet."""
    found = await context.loaders.terms.load(term) if term else None
    return talent_term(found) if found else None


@query(description="The shared words for talents.")
async def talent_catalogue(
    info: Info[Context, None], wait_for: list[Position] | None = UNSET
) -> TalentCatalogue | None:
    await info.context.wait_for(wait_for, view.VIEW)
    return TalentCatalogue(version=await info.context.gateway.reads.catalogue_version())


def _place(read: view.Term) -> tuple[str, str]:
    return read.nl, read.term


_PAGES: Paging[view.Term, tuple[str, str]] = Paging(
    name="talentCatalogue", key=tuple[str, str], key_of=_place
)
