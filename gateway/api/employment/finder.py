"""`finder`: people who opened something to the whole organisation, by name and without any order of merit."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from gateway.api.catalogue.terms import TalentTerm, talent_term
from gateway.api.paging import Connection, Paging
from gateway.api.root_fields import query
from gateway.api.showing import record_shown
from gateway.api.works_here import check_works_here
from gateway.context import Context, Info
from gateway.reading.term_labels import Terms
from gateway.types.arguments import After, First
from gateway.types.enums import ItemKind
from gateway.types.fields import LENGTH
from gateway.types.texts import LocalText
from projections.views import catalogue, shared

ITEMS_ASSUMED = 10
"""How many items of a person the cost of a page is measured with; those that there are count when made."""
_ALIAS = b"ipp.found-person.v1"


@strawberry.type(
    description=(
        "What somebody opened to everybody. Without strength or energy, by which people could be ranked."
    )
)
class FoundItem:
    kind: ItemKind = strawberry.field(description="What it is.")
    title: LocalText | None = strawberry.field(
        description="The talent's name, the evidence's title; null otherwise."
    )
    text: str | None = strawberry.field(description="What the owner wrote.")
    term: TalentTerm | None = strawberry.field(
        description="The shared word of a talent; null for own words and for other items."
    )
    until: date = strawberry.field(description="The last day that it is open.")


@strawberry.type(
    description=(
        "Somebody who opened something to the whole organisation. Without a team; to write to them, use the "
        "address book."
    )
)
class FoundPerson:
    id: strawberry.ID
    display_name: str = strawberry.field(description="The name as colleagues see it.")
    items: list[FoundItem] = strawberry.field(
        description="What they opened; with `termId`, of that word alone.", metadata={LENGTH: ITEMS_ASSUMED}
    )


@query(
    description=(
        "People who opened items to the whole organisation, by name; of one word or all. No score, no count, "
        "no other filter. Each showing is in their read logs."
    )
)
async def finder(
    info: Info,
    term_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(description="Only talents of this word, from `talentCatalogue`."),
    ] = UNSET,
    first: First = 20,
    after: After = UNSET,
) -> Connection[FoundPerson] | None:
    await check_works_here(info, to="look for people")
    return await _page(info.context, term_id or None, first=first, after=after or None)


async def _page(
    context: Context, term: str | None, *, first: int, after: str | None
) -> Connection[FoundPerson]:
    terms: dict[str, catalogue.Term] = {}

    async def read(after_key: tuple[str, str] | None, limit: int) -> list[shared.FoundPerson]:
        async def people(connection: Any) -> list[shared.FoundPerson]:
            wanted = await catalogue.terms_reading_as(connection, term) if term else None
            found = await shared.people_open_to_all(
                connection,
                today=context.gateway.calendar.today(),
                terms=wanted,
                after=after_key,
                limit=limit,
            )
            claimed = {item.term for person in found for item in person.items if item.term}
            terms.update(await catalogue.terms_read_as(connection, sorted(claimed)))
            return found

        return await context.gateway.reader.subject(
            shared.VIEW, context.person, people, at_most_s=context.gateway.limits.staleness_max_s
        )

    async def record(rows: Sequence[shared.FoundPerson]) -> None:
        shown = [(row.person, item.kind, item.item) for row in rows for item in row.items]
        await record_shown(context, "FINDER", shown)

    return await _PAGES.page(
        context,
        first=first,
        after=after,
        read=read,
        node=lambda person: _found_person(context, person, term, terms),
        before_showing=record,
    )


def _found_person(
    context: Context, person: shared.FoundPerson, term: str | None, terms: Terms
) -> FoundPerson:
    # An id that is found nowhere else, so that what else is known of a colleague can't be joined by it; of
    # one word another, since a client's cache keeps by it the items of that word.
    alias = context.gateway.position_cipher.alias(f"{person.person} {term or ''}", purpose=_ALIAS)
    return FoundPerson(
        id=strawberry.ID(alias),
        display_name=person.name,
        items=[_found_item(item, terms.get(item.term or "")) for item in person.items],
    )


def _found_item(item: shared.FoundItem, term: catalogue.Term | None) -> FoundItem:
    nl, en = (term.nl, term.en) if term else (item.title, item.title_en or item.title)
    return FoundItem(
        kind=item.kind,
        title=LocalText(nl=nl, en=en or nl) if nl is not None else None,
        text=item.text,
        term=talent_term(term) if term else None,
        until=item.until,
    )


def _key_of(person: shared.FoundPerson) -> tuple[str, str]:
    return person.name, person.person


_PAGES: Paging[shared.FoundPerson, tuple[str, str]] = Paging(
    name="finder", key=tuple[str, str], key_of=_key_of
)
