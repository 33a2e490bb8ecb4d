"""The kinds that commands, events, views and the schema have words for; one may be added, none ever goes."""

from typing import Literal

EnergySourceKind = Literal["giver", "drainer"]
HoursBand = Literal["up_to_2", "from_2_to_8", "from_8_to_16", "over_16"]
EvidenceKind = Literal["link", "badge", "story"]
ItemKind = Literal["statement", "talent", "energy_source", "passion", "evidence", "reflection", "goal"]
"""What can be shared: any item but a conversation, which is another's too."""
Audience = Literal["people", "team", "organisation"]
InsightScope = Literal["talents", "energy"]
SharingEnd = Literal["owner", "day", "team_left", "employment_ended", "item_gone", "portfolio_closed"]
OfferEnd = Literal["owner", "goal_over", "team_left", "employment_ended", "portfolio_closed"]
