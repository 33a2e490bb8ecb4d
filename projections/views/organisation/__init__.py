"""The organisation that everybody may see: its name, its tree of units and teams, its policy."""

from typing import Final

from projections.changes import Changes
from projections.view import Fact, View
from projections.views.organisation.history import UNIT_CHANGES, UnitChange, fold_change, unit_changes
from projections.views.organisation.policy import (
    POLICIES,
    POLICY_RECORDS,
    Policy,
    PolicyRecord,
    PolicyWithdrawal,
    fold_policy,
    policies,
    policy_in_force,
)
from projections.views.organisation.tree import (
    ORGANISATIONS,
    TEAMS,
    UNITS,
    VERSION,
    Organisation,
    Team,
    Unit,
    fold_tree,
    organisation,
    places_by_ids,
    teams,
    teams_by_ids,
    units,
)

__all__ = [
    "VIEW",
    "Organisation",
    "Policy",
    "PolicyRecord",
    "PolicyWithdrawal",
    "Team",
    "Unit",
    "UnitChange",
    "organisation",
    "places_by_ids",
    "policies",
    "policy_in_force",
    "teams",
    "teams_by_ids",
    "unit_changes",
    "units",
]


def fold(fact: Fact, changes: Changes) -> None:
    """Fold one fact into each part of the view."""
    fold_tree(fact, changes)
    fold_change(fact, changes)
    fold_policy(fact, changes)


VIEW: Final = View(
    name="organisation",
    version=VERSION,
    categories=frozenset({"policy", "units", "team"}),
    tables=(ORGANISATIONS, UNITS, TEAMS, UNIT_CHANGES, POLICIES, POLICY_RECORDS),
    fold=fold,
)
