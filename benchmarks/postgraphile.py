"""PostGraphile on the tables of our views as they are: the peer of the gateway's reads."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from events.privacy import disclosures as read_log
from projections.table import SCHEMA
from projections.views import directory
from projections.views.profile.energy import ENERGY_SOURCES, PASSIONS
from projections.views.profile.goals import GOAL_CHANGES, GOALS
from projections.views.profile.life import STATEMENTS, STATUS_CHANGES, VERSIONS
from projections.views.profile.sharing import CONSENTS, SHARINGS
from projections.views.profile.talents import READINGS, TALENTS
from projections.views.shared import tables as shared
from tests.e2e.demo import free_port

FOLDER: Final = Path(__file__).parent / "node"
NODE: Final = FOLDER / "node_modules" / ".bin" / "node"
PARTS_OF_A_PORTFOLIO: Final = {
    "versions": VERSIONS,
    "standings": STATUS_CHANGES,
    "statements": STATEMENTS,
    "talents": TALENTS,
    "energySources": ENERGY_SOURCES,
    "passions": PASSIONS,
    "goals": GOALS,
    "consents": CONSENTS,
}
# The same content as the gateway's answers: what of it a client has to derive is asked for raw.
MY_PORTFOLIO: Final = """query MyPortfolio($person: String!) { personBySubject(subject: $person) {
  subject displayName
  versionsList(first: 1, orderBy: VERSION_DESC) { version }
  standingsList(first: 1, orderBy: ORDINAL_DESC) { state }
  statementsList(first: 1, orderBy: ORDINAL_DESC) { statement text writtenAt }
  talentsList(condition: { setAsideAt: null }) {
    talent name
    readingsList(first: 1, orderBy: ORDINAL_DESC) { strength energy use }
    sharingsList(condition: { endedAt: null }) { sharing audience until }
  }
  energySourcesList { source kind activity hoursPerWeek talents notedAt removedAt }
  passionsList(condition: { letGoAt: null }) { passion text }
  goalsList { goal text changesList(orderBy: ORDINAL_ASC) { changed } }
  consentsList(first: 1, orderBy: ORDINAL_DESC) { scopes at }
  disclosuresList(first: 5, orderBy: DAY_DESC) { day viewerRole purpose itemKind item }
} }"""
SHARED_WITH_ME: Final = """query SharedWithMe($person: String!) { personBySubject(subject: $person) {
  subject openedByList(first: 20) {
    sharing until withEnergy
    shown { item kind title text link strength energy use }
    owner { subject name }
  }
} }"""


def _tags() -> dict[str, Any]:
    """Return short names, and the relations that the tables don't declare: their rows arrive in any order."""
    person, talent, goal = directory.PERSONS.served, TALENTS.served, GOALS.served
    found: dict[str, Any] = {}

    def tag(table: str, name: str, *relations: str) -> None:
        found[table] = {"tags": {"name": name, "foreignKey": list(relations)}}

    def related(target: str, fields: str, key: str, *, named: str, back: str = "") -> str:
        backwards = f"|@foreignFieldName {back}" if back else f"|@foreignFieldName all_{named}"
        return f"({fields}) references {target} ({key})|@fieldName {named}{backwards}"

    tag(person, "person")
    for name, table in PARTS_OF_A_PORTFOLIO.items():
        tag(table.served, f"own_{name}", related(person, "subject", "subject", named="person", back=name))
    tag(
        READINGS.served,
        "reading",
        related(talent, "subject, talent", "subject, talent", named="talent_read", back="readings"),
    )
    tag(
        SHARINGS.served,
        "own_sharing",
        related(talent, "subject, item", "subject, talent", named="talent_shared", back="sharings"),
    )
    tag(
        GOAL_CHANGES.served,
        "goal_change",
        related(goal, "subject, goal", "subject, goal", named="goal_changed", back="changes"),
    )
    tag(
        f"{read_log.SCHEMA}.disclosures",
        "disclosure",
        related(person, "owner", "subject", named="person", back="disclosures"),
    )
    tag(
        shared.OPEN.served,
        "opened",
        related(person, "whom", "subject", named="reader", back="openedBy"),
        related(shared.ITEMS.served, "subject, item", "subject, item", named="shown"),
        related(shared.EMPLOYED.served, "subject", "subject", named="owner"),
    )
    tag(shared.ITEMS.served, "opened_item")
    tag(shared.EMPLOYED.served, "owner")
    return found


class Server(NamedTuple):
    url: str
    process: int


def install() -> str:
    """Install it next to this file, unless it is installed; returns the versions of it and of Node."""
    if not NODE.exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
        subprocess.run(command, cwd=FOLDER, check=True)  # noqa: S603 - our own command
    wanted: dict[str, str] = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    return f"PostGraphile {wanted['postgraphile']}, Node {wanted['node']}"


@contextmanager
def postgraphile(database_url: str, *, pool_max: int, processes: int = 1) -> Iterator[Server]:
    """Serve the views and the read log of this database, with so many processes below one."""
    port = free_port()
    settings = {
        "connectionString": database_url,
        "schemas": [SCHEMA, read_log.SCHEMA],
        "tags": _tags(),
        "port": port,
        "poolMax": pool_max,
        "processes": processes,
    }
    env = {**os.environ, "SETTINGS": json.dumps(settings), "NODE_ENV": "production"}
    env["GRAPHILE_ENV"] = "production"
    with subprocess.Popen(  # noqa: S603 - our own program
        [NODE, "server.js"], cwd=FOLDER, env=env, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            if server.stdout is None or server.stdout.readline().strip() != "ready":
                raise RuntimeError("PostGraphile did not start; see its output above.")
            yield Server(f"http://127.0.0.1:{port}/graphql", server.pid)
        finally:
            server.terminate()
