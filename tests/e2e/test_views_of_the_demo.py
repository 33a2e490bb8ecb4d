import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.demo import ROOT, Demo
from tests.environment import without_settings

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]


def views(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    env = without_settings()
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "deploy.views", *arguments],
        cwd=ROOT,
        env={**env, "IPP_DATA_DIR": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_view_of_the_running_demo_is_rebuilt_equal_and_swapped(demo: Demo) -> None:
    done = views(demo.folder, "rebuild", "directory")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Equal at equal positions, and swapped." in done.stdout


def test_without_a_demo_and_a_database_it_says_what_to_do(tmp_path: Path) -> None:
    done = views(tmp_path, "status")
    assert done.returncode == 1
    assert "Set IPP_DATABASE_URL, or start the demo" in done.stderr
