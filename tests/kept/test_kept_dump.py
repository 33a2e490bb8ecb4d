"""What an earlier program wrote is read, folded on, verified and rebuilt equal by this one."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec
import psycopg
import pytest
from kafka import KafkaAdminClient, KafkaProducer

from events.catalog.catalogue import TermAligned
from events.catalog.portfolio.goals import GoalSharpened
from events.catalog.portfolio.talents import TalentRevised
from events.upcasting import UPCASTS
from kit.secrets import MasterKey
from projections.rebuild import rebuild
from projections.registry import find_views
from projections.status import status
from projections.view import View
from projections.views import profile
from projections.worker import GROUP
from rules.access.roles import Role
from services.handling.fingerprints import fingerprints_of
from services.handling.registry import read_command
from tests.backends.kafka import Broker
from tests.events.log.harness import LogUnderTest, unique_name
from tests.kept import dump, told
from tests.kept.at_home import NOW, PARTITIONS, at_work, house_on
from tests.projections.views.given import read
from tests.projections.witness import wait_until
from tests.services.house import House

pytestmark = pytest.mark.postgres

TOLD: Final = msgspec.json.decode(dump.TOLD.read_bytes(), type=told.Told)
LATER: Final = NOW + timedelta(days=30)
FRESH_S_MAX: Final = 60.0
SENT_S_MAX: Final = 15.0
NEW: Final = "Dit schreef ik met een later programma."
_MS_PER_DAY: Final = 86_400_000


@pytest.fixture
def kept(postgres_url: str) -> Iterator[House]:
    """Give this program's services on what the earlier one left; no worker runs yet."""
    key = MasterKey.from_file(dump.MASTER_KEY)
    with (
        dump.restored(postgres_url, dump.LOG_SQL) as url,
        dump.restored(postgres_url, dump.VAULT_SQL) as vault_url,
        house_on(url, vault_url, key, now=LATER) as house,
    ):
        yield house


def views_of_then() -> list[View]:
    """The views that are of the same version as then: of others, this program makes other rows."""
    same = [
        view
        for view in find_views()
        if view.name in TOLD.views and TOLD.views[view.name].version == view.version
    ]
    assert same, "no view is of the version it had in this dump: write another one"
    return same


def places(house: House) -> set[tuple[Any, ...]]:
    """Where each row lies on disk: who folds a row again puts it somewhere else."""
    journal = [f"{house.log.name}_{name}" for name in told.JOURNAL if name != "positions"]
    views = [table.served for view in views_of_then() for table in view.tables]
    where = "SELECT tableoid::text, ctid::text, xmin::text FROM"
    return {row for table in journal + views for row in told.rows_of(house.log.url, f"{where} {table}")}


def halted(house: House) -> set[Any]:
    return {why for (why,) in told.rows_of(house.log.url, f"SELECT halted FROM {house.log.name}_positions")}


def all_taken_up(house: House) -> bool:
    """Tell whether workers hold every partition of the journal and of the views, and have looked at it."""
    assert halted(house) == {None}
    with psycopg.connect(house.log.url, autocommit=True) as connection:
        checkpoints = house.log.journal.checkpoints(connection)
        found = status(connection, find_views(), journal=house.log.journal, group=GROUP)
    assert not any(at.parked for at in found)
    return len(checkpoints) == house.log.partitions and all(
        at.worker and not at.lag_events and at.stale_s < FRESH_S_MAX for at in found
    )


def folded_as_far(log: LogUnderTest) -> bool:
    """Tell whether the journal stands where it stood then."""
    there = told.rows_of(log.url, f"SELECT to_regclass('{log.name}_positions') IS NOT NULL")
    offsets = f"SELECT next_offset FROM {log.name}_positions ORDER BY partition"
    return there == [(True,)] and told.rows_of(log.url, offsets) == [(at.next_offset,) for at in TOLD.journal]


def test_the_workers_take_every_partition_up_and_fold_nothing_again(kept: House) -> None:
    before = places(kept)
    with kept.log.folding(), at_work(kept):
        wait_until(lambda: all_taken_up(kept))
    assert halted(kept) == {None}
    assert told.generation_in(kept.log.url, kept.log.name) == TOLD.generation
    assert told.journal_of(kept.log) == TOLD.journal
    for view in views_of_then():
        assert told.view_of(kept.log.url, view) == TOLD.views[view.name]
    assert places(kept) == before


def test_a_new_command_is_accepted_on_top_and_folded(kept: House) -> None:
    with kept.log.folding(), at_work(kept):
        done = kept.ask("owner", Role.PROFESSIONAL, "writeReflection", text=NEW)
    assert done.outcome == "ACCEPTED"
    assert done.position is not None
    assert done.position.generation == TOLD.generation
    ordinals = [at.ordinal for at in TOLD.journal]
    ordinals[done.position.partition] += 1
    assert done.position.ordinal == ordinals[done.position.partition]
    assert [at.ordinal for at in told.journal_of(kept.log)] == ordinals
    assert {tuple(at.ordinals) for at in told.views_of(kept.log.url).values()} == {tuple(ordinals)}
    portfolio = read(kept.log.url, profile.portfolio_of, kept.vault.person_for("owner"))
    assert portfolio is not None
    assert {NEW, told.WORDS} <= {note.text for note in portfolio.reflections}
    assert not any(report["faults"] for report in told.verified(kept.log))


def test_a_command_of_then_asked_again_gets_its_first_answer(kept: House) -> None:
    with kept.log.folding():
        assert told.answer_again(kept) == TOLD.answer
    assert told.journal_of(kept.log) == TOLD.journal


def test_a_command_of_then_without_an_optional_field_is_still_the_same_request(kept: House) -> None:
    found = told.rows_of(kept.log.url, f"SELECT fingerprint FROM {kept.log.name}_commits")
    of_then = {bytes(fingerprint) for (fingerprint,) in found}
    owner, organisation = kept.vault.person_for("stay") or "", kept.vault.organisation() or ""
    talent, goal = (
        next(of.event for of in kept.events(f"portfolio-{owner}") if isinstance(of.event, kind))
        for kind in (TalentRevised, GoalSharpened)
    )
    assert isinstance(talent, TalentRevised)
    assert isinstance(goal, GoalSharpened)
    aligned = kept.events(f"catalogue-{organisation}")
    term = next(
        of.event.term for of in aligned if isinstance(of.event, TermAligned) and of.event.esco is None
    )
    revised = {"talentId": talent.talent, "strength": 5, "energy": -2, "use": 2}
    sharpened = {"goalId": goal.goal, "text": "Twee groepen leiden"}
    for subject, name, given in (
        (owner, "reviseTalent", revised),
        (owner, "reviseTalent", {**revised, "story": None}),
        (owner, "sharpenGoal", sharpened),
        (owner, "sharpenGoal", {**sharpened, "horizon": None}),
        (organisation, "alignTerm", {"termId": term, "esco": None}),
    ):
        again = fingerprints_of(read_command(name, given), subject, kept.vault)
        assert of_then & set(again), (name, given)
        other = fingerprints_of(read_command(name, {**given, **_another(name)}), subject, kept.vault)
        assert not of_then & set(other)


def _another(name: str) -> dict[str, Any]:
    others: dict[str, dict[str, Any]] = {
        "reviseTalent": {"use": 1},
        "sharpenGoal": {"text": "?"},
        "alignTerm": {"termId": "?"},
    }
    return others[name]


def test_the_whole_log_agrees_with_the_journal_as_it_did_then(kept: House) -> None:
    for report, then in zip(told.verified(kept.log), TOLD.verified, strict=True):
        assert {name: report[name] for name in then} == then
        assert report["faults"] == []


def test_every_view_of_the_same_version_is_rebuilt_to_the_rows_of_then(kept: House) -> None:
    for view in views_of_then():
        then = TOLD.views[view.name]
        assert told.view_of(kept.log.url, view) == then
        rebuilt = rebuild(
            kept.log.url,
            view,
            journal=kept.log.journal,
            opener=kept.mapper,
            on_progress=lambda _done, _total: None,
            swap_different=False,
        )
        assert rebuilt.differences == ()
        assert rebuilt.rows_compared == sum(table.rows for table in then.tables.values()) > 0
        assert rebuilt.swapped
        assert told.view_of(kept.log.url, view) == then


def test_the_journal_folded_anew_from_the_log_alone_has_the_rows_of_then(kept: House) -> None:
    with psycopg.connect(kept.log.url, autocommit=True) as connection:
        kept.log.tables.drop(connection)
    with kept.log.folding():
        wait_until(lambda: folded_as_far(kept.log))
    assert told.journal_of(kept.log) == TOLD.journal
    assert told.generation_in(kept.log.url, kept.log.name) == TOLD.generation


def test_every_event_opens_with_the_vault_and_says_what_it_said_then(kept: House) -> None:
    changed = {*UPCASTS, *(upcast.to for upcast in UPCASTS.values())}
    found = told.events_of(kept.log, kept.mapper)
    assert sum(of.rows for of in found.values()) == sum(of.rows for of in TOLD.events.values())
    for name, then in TOLD.events.items():
        if name not in changed:
            assert (name, found.get(name)) == (name, then)


def test_what_was_shown_to_others_is_on_record_still(kept: House) -> None:
    assert told.read_log_of(kept.log.url) == TOLD.read_log


@pytest.mark.kafka
def test_the_records_of_then_on_a_topic_fold_to_the_journal_of_then(
    kept: House, kafka: Broker, database: str
) -> None:
    records = told.rows_of(
        kept.log.url,
        f"SELECT partition, day, value FROM {kept.log.name}_records ORDER BY partition, record_offset",
    )
    log = LogUnderTest(url=database, name=unique_name(), partitions=PARTITIONS, bootstrap=kafka.bootstrap)
    put(log, records)
    try:
        with log.folding():
            wait_until(lambda: folded_as_far(log))
        assert told.journal_of(log) == TOLD.journal
        assert told.generation_in(log.url, log.name) == TOLD.generation
        for report, then in zip(told.verified(log), TOLD.verified, strict=True):
            assert {name: report[name] for name in then} == then
    finally:
        log.drop()


def put(log: LogUnderTest, records: Sequence[tuple[Any, ...]]) -> None:
    """Make a topic that holds exactly these records, each on its own day."""
    admin = KafkaAdminClient(**log.options)
    # Whatever this machine's clock says: a broker takes no record of its own tomorrow otherwise.
    any_day = {"message.timestamp.after.max.ms": str(2**63 - 1), "retention.ms": "-1"}
    topic = {"num_partitions": log.partitions, "replication_factor": 1, "configs": any_day}
    admin.create_topics({log.topic: topic}, wait_for_metadata=True)
    admin.close()
    producer = KafkaProducer(**log.options, max_in_flight_requests_per_connection=1)
    sent = [
        producer.send(log.topic, value=value, partition=partition, timestamp_ms=day * _MS_PER_DAY)
        for partition, day, value in records
    ]
    for record in sent:
        record.get(SENT_S_MAX)
    producer.close()
