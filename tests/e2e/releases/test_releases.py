"""A release that running processes push reaches those who listen, and later those who were away."""

import asyncio
from contextlib import aclosing

import pytest
from websockets.exceptions import ConnectionClosed

from tests.e2e.demo import Demo
from tests.e2e.releases.releasing import SMALL_BYTES, Gateway, Proxy, Releases, subscribed_socket, until
from tests.e2e.releases.subscribing import (
    WAIT_S_MAX,
    headers,
    listening,
    over_events,
    over_web_socket,
    run,
)

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.timeout(300)]
MORE_THAN_IT_READS = (
    f"subscription {{ capabilityReleased {{ {' '.join(f'd{n}: download {{ url }}' for n in range(20))} }} }}"
)
IDLE_S = 4.0
"""A sixth of what proxies do: a silence of sixty seconds, with pings every fifteen."""
PINGS_HEARD = 24


def test_a_release_that_comes_out_is_pushed_over_both_ways_with_the_same_text(
    demo: Demo, gateway: Gateway, releases: Releases
) -> None:
    async def steps() -> None:
        async with (
            over_web_socket(gateway.port, headers(demo)) as socket,
            aclosing(over_events(gateway.port, headers(demo))) as events,
        ):
            event = asyncio.create_task(anext(events))
            await listening(gateway, 2)
            epoch = await asyncio.to_thread(releases.come_out)
            first, second = await socket.release(), await event
            assert first == second
            assert first["id"] == releases.id_of(epoch)
            assert first["cells"]

    run(steps())


def test_one_held_and_all_that_were_missed_come_in_order_and_then_those_from_now_on(
    demo: Demo, gateway: Gateway, releases: Releases
) -> None:
    async def steps() -> None:
        seen = releases.epoch
        missed = [await asyncio.to_thread(releases.come_out, keeps=keeps) for keeps in (False, True, False)]
        async with aclosing(over_events(gateway.port, headers(demo), releases.id_of(seen))) as events:
            found = [await anext(events) for _ in missed]
            assert [each["epoch"] for each in found] == missed
            assert [each["held"] for each in found] == [False, True, False]
            live = await asyncio.to_thread(releases.come_out)
            assert (await anext(events))["epoch"] == live

    run(steps())


def test_a_gateway_that_was_killed_and_started_again_sends_what_came_out_between(
    demo: Demo, releases: Releases
) -> None:
    gateway = Gateway(demo)

    async def steps() -> None:
        async with over_web_socket(gateway.port, headers(demo)) as socket:
            await listening(gateway)
            seen = [await asyncio.to_thread(releases.come_out)]
            last = await socket.release()
            gateway.kill()
            with pytest.raises(ConnectionClosed):
                await socket.message()
        seen += [await asyncio.to_thread(releases.come_out) for _ in range(3)]
        await asyncio.to_thread(gateway.start)
        async with over_web_socket(gateway.port, headers(demo), last["id"]) as socket:
            found = [last, *[await socket.release() for _ in range(3)]]
            seen.append(await asyncio.to_thread(releases.come_out))
            found.append(await socket.release())
        assert [each["epoch"] for each in found] == seen

    with gateway.running():
        run(steps())


@pytest.mark.parametrize("way", ["WebSocket", "events"])
def test_months_of_silence_behind_a_proxy_that_cuts_what_is_silent(
    demo: Demo, gateway: Gateway, releases: Releases, way: str
) -> None:
    async def steps() -> None:
        proxy = Proxy(gateway.port, idle_s=IDLE_S)
        async with proxy.running():
            if way == "events":
                pings: list[str] = []
                async with aclosing(over_events(proxy.port, headers(demo), pings=pings)) as events:
                    event = asyncio.create_task(anext(events))
                    await until(lambda: len(pings) >= PINGS_HEARD)
                    epoch = await asyncio.to_thread(releases.come_out)
                    assert (await event)["epoch"] == epoch
            else:
                async with over_web_socket(proxy.port, headers(demo)) as socket:
                    await listening(gateway)
                    begun = proxy.pieces
                    await until(lambda: proxy.pieces - begun >= PINGS_HEARD)
                    epoch = await asyncio.to_thread(releases.come_out)
                    assert (await socket.release())["epoch"] == epoch
            assert proxy.cut == 0

    run(steps())


def test_where_pings_are_too_rare_the_proxy_cuts_and_nothing_is_lost_with_after(
    demo: Demo, releases: Releases
) -> None:
    gateway = Gateway(demo, IPP_STREAM_PING_S="20")

    async def steps() -> None:
        proxy = Proxy(gateway.port, idle_s=1.0)
        async with proxy.running():
            last = releases.id_of(releases.epoch)
            async with over_web_socket(proxy.port, headers(demo)) as socket:
                with pytest.raises(ConnectionClosed):
                    await socket.message()
            assert proxy.cut == 1
            missed = [await asyncio.to_thread(releases.come_out) for _ in range(2)]
            async with over_web_socket(proxy.port, headers(demo), last) as socket:
                assert [(await socket.release())["epoch"] for _ in missed] == missed

    with gateway.running():
        run(steps())


def test_a_client_that_is_frozen_is_let_go_and_others_hear_meanwhile(
    demo: Demo, gateway: Gateway, releases: Releases
) -> None:
    async def steps() -> None:
        await listening(gateway, 0)
        token = headers(demo)["Authorization"]
        async with over_web_socket(gateway.port, headers(demo)) as awake:
            await listening(gateway, 1)
            frozen = await asyncio.to_thread(
                subscribed_socket, gateway.port, token, MORE_THAN_IT_READS, room_bytes=SMALL_BYTES
            )
            try:
                epoch = await asyncio.to_thread(releases.come_out)
                assert (await awake.release())["epoch"] == epoch
                await listening(gateway, 1)
                late = await asyncio.to_thread(releases.come_out)
                assert (await awake.release())["epoch"] == late
            finally:
                frozen.close()

    run(steps())


def test_a_laptop_that_slept_comes_back_to_what_it_missed(
    demo: Demo, gateway: Gateway, releases: Releases
) -> None:
    async def steps() -> None:
        await listening(gateway, 0)
        proxy = Proxy(gateway.port, idle_s=WAIT_S_MAX)
        async with proxy.running():
            async with over_web_socket(proxy.port, headers(demo)) as asleep:
                await listening(gateway, 1)
                proxy.is_dark = True  # the lid is closed: no word to either side
                await listening(gateway, 0)
                missed = [await asyncio.to_thread(releases.come_out) for _ in range(2)]
                asleep.socket.transport.abort()
            proxy.is_dark = False
            after = releases.id_of(missed[0] - 1)
            async with over_web_socket(proxy.port, headers(demo), after) as awake:
                assert [(await awake.release())["epoch"] for _ in missed] == missed

    run(steps())
