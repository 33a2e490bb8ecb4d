"""Real clients receive a release that a running process pushes, and all that they missed after a restart."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.clients.following import followed, following
from tests.e2e.demo import Demo
from tests.e2e.releases.releasing import Gateway, Releases, releases_of, until

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.timeout(300)]
WAIT_S_MAX = 120.0


@pytest.fixture(scope="module")
def releases(demo: Demo) -> Iterator[Releases]:
    with releases_of(demo) as found:
        found.come_out()
        yield found


@pytest.fixture
def gateway(demo: Demo) -> Iterator[Gateway]:
    with Gateway(demo).running() as running:
        yield running


def run(steps: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(steps, WAIT_S_MAX))


def test_gql_receives_a_release_when_it_comes_out_and_the_missed_ones_after_a_restart(
    demo: Demo, gateway: Gateway, releases: Releases
) -> None:
    async def steps() -> None:
        async with aclosing(followed(gateway.url, demo.token)) as found:
            first = asyncio.create_task(anext(found))
            await until(lambda: gateway.open_subscriptions() == 1)
            epochs = [await asyncio.to_thread(releases.come_out)]
            received = [await first]
            assert received[0]["cells"]
            gateway.kill()
            epochs += [await asyncio.to_thread(releases.come_out, keeps=keeps) for keeps in (False, True)]
            await asyncio.to_thread(gateway.start)
            received += [await anext(found) for _ in range(2)]
            epochs.append(await asyncio.to_thread(releases.come_out))
            received.append(await anext(found))
            assert [each["epoch"] for each in received] == epochs
            assert [each["held"] for each in received] == [False, False, True, False]

    run(steps())


def test_typescript_receives_a_release_when_it_comes_out_and_the_missed_ones_after_a_restart(
    demo: Demo, gateway: Gateway, releases: Releases, node: str, program: Path
) -> None:
    with following(node, program, url=gateway.url, token=demo.token("hr")) as said:
        run(until(lambda: gateway.open_subscriptions() == 1))
        epochs = [releases.come_out()]
        received = [said.release(within_s=WAIT_S_MAX)]
        assert received[0]["shown"] == ["Luisteren en begrijpen", "Rust en grenzen"]
        gateway.kill()
        epochs += [releases.come_out(), releases.come_out(keeps=True)]
        gateway.start()
        received += [said.release(within_s=WAIT_S_MAX) for _ in range(2)]
        epochs.append(releases.come_out())
        received.append(said.release(within_s=WAIT_S_MAX))
    assert [each["epoch"] for each in received] == epochs
    assert [each["held"] for each in received] == [False, False, True, False]
