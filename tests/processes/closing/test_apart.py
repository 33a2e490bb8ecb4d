"""Keeper and closer as processes of their own, as in production: a round that closes becomes a mirror."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from events.catalog.rounds import MirrorReleased, RoundInboxDestroyed
from rules.access.roles import Role
from rules.feedback.rater_code import caller_of
from services.feedback.http_keeper import HttpKeeper
from tests.environment import without_settings
from tests.processes.keeper.process import ROOT, SECRET, KeeperProcess, free_port
from tests.services.round_house import RoundHouse, hand_in, round_house, sealed_for

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]


@contextmanager
def processes(house: RoundHouse, folder: Path, keeper_url: str) -> Iterator[None]:
    """Run `python -m deploy.processes`, which has the secret for closing and no other."""
    (folder / "master").write_text(house.vault._master.key.hex())
    settings = {
        "PYTHONPATH": str(ROOT),
        "IPP_DATABASE_URL": house.log.url,
        "IPP_VAULT_URL": house.log.url,
        "IPP_LOG_NAME": house.log.name,
        "IPP_PARTITIONS": str(house.log.partitions),
        "IPP_MASTER_KEY_FILE": str(folder / "master"),
        "IPP_OIDC_ISSUER": "https://issuer.example",
        "IPP_OIDC_JWKS_URL": "https://issuer.example/jwks",
        "IPP_KEEPER_URL": keeper_url,
        "IPP_KEEPER_CLOSING_TOKEN_FILE": str(folder / "closing"),
        "IPP_PORT": str(free_port()),
        "IPP_PROBES_PORT": str(free_port()),
    }
    env = without_settings()
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.processes"],
        cwd=ROOT,
        env={**env, **settings},
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield
            assert process.poll() is None, "it ended by itself"
        finally:
            process.terminate()
            process.wait(30)


def test_a_round_that_closes_becomes_a_mirror_by_processes_apart(database: str, tmp_path: Path) -> None:
    keeper = KeeperProcess(tmp_path, {"IPP_DATABASE_URL": database, "IPP_LOG_NAME": "apart"})
    with keeper.running() as url, round_house(database, tmp_path / "unused") as furnished:
        client = HttpKeeper(url, secret=SECRET)
        house = replace(furnished, handler=furnished.with_keeper(client), keeper=client).subject()
        round_ = house.opens(peers=4)
        for rater in house.raters(round_):
            request = hand_in(sealed_for(house, rater))
            sent = house.requests().send(request, person=caller_of(rater.code), role=Role.RATER)
            assert sent.outcome == "ACCEPTED"
        house.own("closeRound", roundId=round_)
        stream = f"round-{house.person(house.number)}"
        with processes(house, tmp_path, url):
            while not isinstance(house.events(stream)[-1].event, RoundInboxDestroyed):
                time.sleep(0.2)
        (released,) = (
            recorded.event for recorded in house.events(stream) if isinstance(recorded.event, MirrorReleased)
        )
        assert released.contents.blocks[0].raters.low == 3
        assert [path.name for path in (tmp_path / "keeper").iterdir()] == ["sums"], (
            "no key, and no tally of the round"
        )
        client.close()
