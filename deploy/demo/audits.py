"""What there is to audit in the demo: a replay that its owner opened, and one that a ground opened."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from deploy.demo.client import DayClock, DemoClient, DemoServices
from events.streams import Stream
from rules.access.roles import Role
from rules.signed_ids import key_of_ids
from services.decisions.pseudonyms import Pseudonyms

OPEN_DAYS: Final = 28
"""How long contents stay open after the demo's first start."""


class DemoReplay(NamedTuple):
    """A replay: of whose portfolio, why, what it asks to open, and on which ground; else its owner does."""

    number: str
    purpose: str
    asks: tuple[str, ...]
    ground: str | None = None


REPLAYS: Final = (
    DemoReplay("owner", "Steekproef: klopt de geschiedenis met wat getoond wordt?", ("TALENT", "GOAL")),
    DemoReplay(
        "lead", "Klacht 2026-14 over een gedeeld talent", ("TALENT",), "Onderzoek naar klacht 2026-14"
    ),
)


def seed_audits(services: DemoServices, *, last_day: date) -> None:
    """Let the auditor begin the replays, and open them, as far as that was not done. Raises SeedingError."""
    client = DemoClient(services, DayClock(last_day))
    pseudonyms = Pseudonyms(key_of_ids(services.vault.fingerprint_key(client.organisation)))
    until = datetime.combine(last_day + timedelta(days=OPEN_DAYS), time(12), tzinfo=UTC).isoformat()
    for replay in REPLAYS:
        stream = pseudonyms.of_stream(Stream("portfolio", client.person(replay.number)))
        asked = {"streamId": stream, "purpose": replay.purpose, "asksToOpen": list(replay.asks)}
        handle = _send(client, "auditor", replay, "startAuditReplay", asked)
        opened: dict[str, Any] = {"auditId": handle, "kinds": list(replay.asks), "until": until}
        if replay.ground is None:
            _send(client, replay.number, replay, "grantAuditAccess", opened)
        else:
            opened["ground"] = replay.ground
            _send(client, "privacy-officer", replay, "recordAuditGround", opened)


_ROLES: Final = {
    "startAuditReplay": Role.AUDITOR,
    "grantAuditAccess": Role.PROFESSIONAL,
    "recordAuditGround": Role.PRIVACY_OFFICER,
}


def _send(client: DemoClient, number: str, replay: DemoReplay, name: str, fields: dict[str, Any]) -> str:
    occasion = f"{name} {replay.number}"
    return client.send(client.person(number), _ROLES[name], name, fields, occasion=occasion)
