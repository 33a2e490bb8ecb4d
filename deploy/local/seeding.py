"""Makes the demo's organisation on the first start, then prints where the demo is served."""

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from rich.console import Console

from deploy.demo.client import demo_services
from deploy.demo.progress import bars
from deploy.demo.releases import DemoReleases
from deploy.demo.seed import seed
from deploy.installation import Installation
from deploy.welcome import welcome
from kit.lifecycle import Stop
from kit.settings import Settings

SERVED_WAIT_S: Final = 0.2


class _StoppedError(Exception):
    """Somebody asked to stop while the organisation was being made."""


def seed_and_welcome(
    installation: Installation, stop: Stop, *, people: int, screen: Console, on_made: Callable[[], None]
) -> None:
    """
    Make the organisation as far as it is not there, print the welcome once served, wait for `stop`.

    `on_made` is called as soon as the organisation is complete.
    """
    settings, services = installation.settings, installation.services
    demo = demo_services(services)
    try:
        with bars(screen) as draw:

            def on_progress(step: str, done: int, total: int) -> None:
                _raise_if_stopped(stop)
                draw(step, done, total)

            seed(
                demo,
                count=people,
                today=services.calendar.today(),
                on_progress=on_progress,
                releases=DemoReleases(made=installation.made_releases, database_url=settings.database_url),
            )
        on_made()
        _wait_until_served(settings, stop)
    except _StoppedError:
        return  # the next start continues where this one stopped
    welcome(
        screen,
        host=settings.host,
        port=settings.port,
        probes_port=settings.probes_port,
        today=services.calendar.today(),
    )
    stop.wait()


def _wait_until_served(settings: Settings, stop: Stop) -> None:
    """Wait until the address answers: with a complete organisation, that takes longest."""
    while True:
        _raise_if_stopped(stop)
        with suppress(OSError), socket.create_connection((settings.host, settings.port), SERVED_WAIT_S):
            return
        stop.wait(SERVED_WAIT_S)


def _raise_if_stopped(stop: Stop) -> None:
    if stop.is_set():
        raise _StoppedError
