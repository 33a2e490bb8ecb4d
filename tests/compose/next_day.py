"""
Makes tomorrow's checkpoint, in a container of the stack, since a test can't wait for a day.

It is the text of a program for `python -c`: the tests are not in the image.
"""

import os
import sys
from datetime import UTC, timedelta
from pathlib import Path
from typing import cast

from deploy.demo.client import DayClock
from events.assembly import log_config
from events.log.proof.notes import NoteSigner
from kit.clock import Calendar, SystemClock
from kit.health import Health
from kit.settings import Settings
from processes.assembly import checkpoints_of
from services.assembly import open_services
from services.handling.handler import CommandHandler


def main() -> None:
    settings = Settings.from_env(os.environ)
    tomorrow = Calendar(clock=SystemClock(), zone=settings.zone).today() + timedelta(days=1)
    calendar = Calendar(clock=DayClock(tomorrow), zone=UTC)
    health = Health(calendar)
    with open_services(settings) as parts:
        handler = CommandHandler(
            recorder=parts.recorder, vault=parts.vault, mapper=parts.mapper, calendar=calendar
        )
        signer = NoteSigner.from_file(cast("Path", settings.checkpoint_key_file))
        loop = checkpoints_of(
            handler, config=log_config(settings), signer=signer, calendar=calendar, health=health
        )
        loop.turn()
    sys.stdout.write(f"{tomorrow}: {health.findings()['checkpoints'].sentence}")


if __name__ == "__main__":
    main()
