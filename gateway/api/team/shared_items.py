"""`Team.sharedItems`: all that members opened to their team, page by page."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from gateway.api.paging import Connection, Paging
from gateway.api.portfolio.shared import SharedItem, key_of, shared_item_of
from gateway.api.showing import record_shown
from gateway.api.team.energies import team_asked
from gateway.api.team.team_part import TeamPart
from gateway.context import Context, Info
from gateway.reading.team_items import check_member
from gateway.reading.term_labels import relabelled_item
from gateway.types.arguments import After, First
from gateway.types.enums import ItemKind
from gateway.types.fields import field
from projections.views import catalogue, shared


@strawberry.type
class SharedItemsPart(TeamPart):
    @field(
        description="All that members opened to the team or wider, by owner; of one member, or of one kind."
    )
    async def shared_items(
        self,
        info: Info,
        owner_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what this member opened.")
        ] = UNSET,
        kind: Annotated[ItemKind | None, strawberry.argument(description="Only items of this kind.")] = UNSET,
        first: First = 50,
        after: After = UNSET,
    ) -> Connection[SharedItem]:
        return await _page(
            info.context,
            self.content.team,
            owner=owner_id or None,
            kind=kind or None,
            first=first,
            after=after or None,
        )


async def _page(
    context: Context, team: str, *, owner: str | None, kind: ItemKind | None, first: int, after: str | None
) -> Connection[SharedItem]:
    asked = team_asked(context, team)

    async def read(after_key: tuple[str, str] | None, limit: int) -> list[shared.SharedItem]:
        async def items(connection: Any) -> list[shared.SharedItem]:
            await check_member(connection, asked)
            found = await shared.items_in(
                connection,
                team,
                asked.viewer,
                today=asked.today,
                owner=owner,
                kind=kind,
                after=after_key,
                limit=limit,
            )
            terms = await catalogue.terms_read_as(connection, [item.term for item in found if item.term])
            return [relabelled_item(terms, item) for item in found]

        return await context.gateway.reader.subject(
            shared.VIEW, asked.viewer, items, at_most_s=asked.at_most_s
        )

    async def record(rows: Sequence[shared.SharedItem]) -> None:
        await record_shown(context, "TEAM_PAGE", [(row.owner, row.kind, row.item) for row in rows])

    return await _PAGES.page(
        context,
        first=first,
        after=after,
        read=read,
        node=lambda item: shared_item_of(item, within=team),
        before_showing=record,
    )


_PAGES: Paging[shared.SharedItem, tuple[str, str]] = Paging(
    name="teamSharedItems", key=tuple[str, str], key_of=key_of
)
