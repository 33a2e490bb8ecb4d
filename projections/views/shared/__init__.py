"""What people have open to others: by name, to a team (of the past too) or to all; and goals on offer."""

from projections.views.shared.by_name import SHARED_WITH, page_for, shared_with
from projections.views.shared.fold import VIEW
from projections.views.shared.in_organisation import FoundItem, FoundPerson, people_open_to_all
from projections.views.shared.in_team import (
    OFFERS_MAX,
    OfferedGoal,
    TeamTalent,
    items_in,
    offers_in,
    talents_in,
    team_since,
)
from projections.views.shared.in_team_then import talents_then
from projections.views.shared.opened import SharedItem

__all__ = [
    "OFFERS_MAX",
    "SHARED_WITH",
    "VIEW",
    "FoundItem",
    "FoundPerson",
    "OfferedGoal",
    "SharedItem",
    "TeamTalent",
    "items_in",
    "offers_in",
    "page_for",
    "people_open_to_all",
    "shared_with",
    "talents_in",
    "talents_then",
    "team_since",
]
