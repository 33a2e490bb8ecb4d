"""Replays read the log's own bytes, page by page and live, and equal the journal at every version."""

import asyncio
import dataclasses
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.context import Context
from rules.access.roles import Role
from rules.audit.kinds import REPLAYS_OPEN_MAX
from rules.kinds import ItemKind
from tests.audit.house import AUDITOR, LIVE, STREAMS, AuditHouse
from tests.gateway.harness import SCHEMA
from tests.processes.house import caught_up
from tests.services.house import TALENT, with_owner

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
ALL = tuple(ItemKind.__members__)


async def _received(
    house: AuditHouse, replay: str, *, after: str | None = None, between: Any = None, count: int = 10_000
) -> tuple[list[Any], list[str]]:
    """Return what a subscription sends, and the codes of its errors; `between` runs after the first."""
    context = Context(house.harness.gateway)
    token = house.harness.issuer.token(AUDITOR)
    await context.authenticate({"authorization": f"Bearer {token}", "ipp-role": "AUDITOR"})
    stream = await SCHEMA.stream(LIVE, variable_values={"id": replay, "after": after}, context_value=context)
    edges: list[Any] = []
    async for found in stream:
        result: Any = found
        if result.errors:
            return edges, [(error.extensions or {})["code"] for error in result.errors]
        edges.append(result.data["auditReplayed"])
        if between is not None and len(edges) == 1:
            await asyncio.to_thread(between)
        if len(edges) == count:
            break
    return edges, []


def received(house: AuditHouse, replay: str, **how: Any) -> tuple[list[Any], list[str]]:
    return asyncio.run(_received(house, replay, **how))


def versions(edges: list[Any]) -> list[int]:
    return [event["version"] for edge in edges for event in edge["node"]["events"]]


def test_pages_go_on_where_the_last_one_ended(house: AuditHouse) -> None:
    replay = house.start()
    whole = house.commits(replay)
    paged, after, more = [], None, True
    query = (
        "query ($id: ID!, $after: String) { auditReplay(id: $id) { commits(first: 1, after: $after) {"
        " edges { node { commitId } } pageInfo { hasNextPage endCursor } } } }"
    )
    while more:
        page = house.asked(query, id=replay, after=after)["auditReplay"]["commits"]
        paged += [edge["node"]["commitId"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert paged == [commit["commitId"] for commit in whole]
    assert len(paged) == 4


def test_the_subscription_sends_every_commit_in_order_and_completes(house: AuditHouse) -> None:
    replay = house.start()
    edges, errors = received(house, replay)
    assert errors == []
    assert versions(edges) == [1, 2, 3, 4]
    resumed, errors = received(house, replay, after=edges[1]["cursor"])
    assert errors == []
    assert versions(resumed) == [3, 4]


def test_rule_22_the_subscription_ends_when_the_opening_ends(house: AuditHouse) -> None:
    replay = house.start(asks=ALL)
    house.grant(replay, *ALL, minutes=10)
    pass_time = lambda: house.house.clock.advance(timedelta(minutes=11))  # noqa: E731 - one line
    edges, errors = received(house, replay, between=pass_time)
    assert errors == ["FORBIDDEN"]
    assert versions(edges) == [1]
    resumed, errors = received(house, replay, after=edges[0]["cursor"])
    assert errors == []
    assert {event["contents"] for edge in resumed for event in edge["node"]["events"]} == {"SEALED"}


def test_the_subscription_ends_when_the_role_is_withdrawn(house: AuditHouse) -> None:
    replay = house.start()
    grants = house.asked(
        "{ roleGrants { id role holder { id } } }", name="administrator", role="ADMINISTRATOR"
    )
    auditor = house.house.vault.person_for(AUDITOR)
    (grant,) = [one["id"] for one in grants["roleGrants"] if one["holder"]["id"] == f"Colleague:{auditor}"]

    def withdraw() -> None:
        house.house.ask(
            "administrator", Role.ADMINISTRATOR, "withdrawRole", roleGrantId=grant.partition(":")[2]
        )
        caught_up(house.house)

    edges, errors = received(house, replay, between=withdraw)
    granted = house.house.ask(
        "administrator", Role.ADMINISTRATOR, "grantRole", role="AUDITOR", subject=AUDITOR
    )
    caught_up(house.house)
    assert granted.outcome == "ACCEPTED"
    assert errors == ["FORBIDDEN"]
    assert len(edges) == 1


def test_streams_are_listed_by_pseudonym_in_an_order_that_says_nothing(house: AuditHouse) -> None:
    listed, after, more = [], None, True
    while more:
        page = house.asked(STREAMS, kind="PORTFOLIO", first=1, after=after)["auditStreams"]
        listed += [edge["node"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    ids = [one["id"] for one in listed]
    assert ids == sorted(ids)
    assert len(ids) == len(set(ids))
    assert house.owner not in str(listed)


def test_an_auditor_has_so_many_replays_open_at_most(organisation: AuditHouse) -> None:
    name = f"busy{uuid4().hex[:8]}"
    organisation.house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="AUDITOR", subject=name)
    replays = []
    for _ in range(REPLAYS_OPEN_MAX):
        house = dataclasses.replace(organisation, house=with_owner(organisation.house, f"e{uuid4().hex[:8]}"))
        replays.append(house.start(name=name))
    house = dataclasses.replace(organisation, house=with_owner(organisation.house, f"e{uuid4().hex[:8]}"))
    given_ = {"streamId": house.stream(), "purpose": "Nog een"}
    refused = house.send("startAuditReplay", "auditReplay { id }", name=name, **given_)
    assert [one["code"] for one in refused["command"]["refusals"]] == ["LIMIT_REACHED"]
    assert house.house.events(f"access-{house.owner}") == []
    house.send("finishAuditReplay", "auditReplay { id }", name=name, replayId=replays[0])
    assert house.start(name=name)


ACTS = st.sampled_from(
    [
        ("claimTalent", TALENT),
        ("setGoal", {"text": "Coachen leren"}),
        ("namePassion", {"text": "Samen koken"}),
        ("pausePortfolio", {}),
        ("resumePortfolio", {}),
        ("writeProfileStatement", {"text": "Ik luister."}),
    ]
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=8))
def test_a_replay_equals_the_journal_at_every_version(
    organisation: AuditHouse, acts: list[tuple[str, dict[str, Any]]]
) -> None:
    house = dataclasses.replace(organisation, house=with_owner(organisation.house, f"e{uuid4().hex[:8]}"))
    for name, given_ in acts:
        house.house.owner(name, **given_)
    caught_up(house.house)
    replay = house.start(asks=ALL)
    house.grant(replay, *ALL)
    with psycopg.connect(house.url) as connection:
        rows = connection.execute(
            f"SELECT originator_version, encode(digest, 'hex') FROM {house.house.log.name}_events"
            " WHERE originator_id = %s ORDER BY 1".encode(),
            (f"portfolio-{house.owner}",),
        ).fetchall()
    recorded = house.house.portfolio()
    shown = [event for event in house.events(replay) if event["opened"] is not None]
    assert [(event["version"], event["digest"]) for event in shown] == rows
    for event, one in zip(shown, recorded, strict=True):
        assert event["opened"]["name"].split(".")[1].replace("-", "") == type(one.event).__name__.lower()
        found = house.verification(replay, one.version)
        assert (found["valid"], found["version"], found["head"]) == (True, one.version, event["digest"])
    assert house.verification(replay, len(rows) + 1) is None


def test_a_journal_row_that_was_changed_is_named_without_naming_the_person(house: AuditHouse) -> None:
    replay = house.start()
    with psycopg.connect(house.url, autocommit=True) as connection:
        table = f"{house.house.log.name}_events"
        where = "originator_id = %s AND originator_version = 2"
        stream = f"portfolio-{house.owner}"
        connection.execute(f"UPDATE {table} SET digest = sha256('x') WHERE {where}".encode(), (stream,))
    found = house.verification(replay)
    assert not found["valid"]
    (fault,) = found["faults"]
    assert (fault["kind"], fault["version"]) == ("CHANGED", 2)
    assert house.owner not in str(found)
    assert house.verification(replay, 1)["valid"]
    (event,) = [one for one in house.events(replay) if one["version"] == 2]
    assert not event["digestValid"]
