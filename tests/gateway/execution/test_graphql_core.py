"""graphql-core's own tests, as they are, pass with the compiled executor."""

import fcntl
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import graphql
import pytest

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
NAME = f"graphql-core=={graphql.__version__}"
FETCH_S_MAX = 120
RUN_S_MAX = 600
EXECUTION = "execution"
PASSED_MIN = {EXECUTION: 700, "all the others": 1_350}
COMPILED_MIN = {EXECUTION: 350, "all the others": 400}
NEVER_EXECUTE = ("benchmarks", "error", "language", "pyutils", "validation", "test_docs.py")
"""Of its tests; they pass too, and would only take time."""


def hashes() -> list[str]:
    """Return the hashes that requirements.lock has of the version that is installed."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    begin = lines.index(f"{NAME} \\") + 1
    found = [
        re.fullmatch(r"\s+(--hash=sha256:[0-9a-f]{64})( \\)?", line) for line in lines[begin : begin + 9]
    ]
    return [match[1] for match in found if match]


def own_tests() -> Path:
    """Return the folder of graphql-core's source distribution, fetched by pip once for each version."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ipp"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / NAME.replace("-", "_").replace("==", "-")
    with (cache / "graphql-core.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "tests").exists():
            wanted = cache / "graphql-core.txt"
            wanted.write_text(" ".join([NAME, *hashes()]) + "\n")
            options = ["--no-deps", "--no-build-isolation", "--no-binary", "graphql-core", "--require-hashes"]
            fetch = [sys.executable, "-m", "pip", "download", "--quiet", *options, "-r", str(wanted)]
            programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"  # of uv-build
            done = subprocess.run(  # noqa: S603 - the tests' own command
                [*fetch, "-d", str(cache)],
                env={**os.environ, "PATH": programs},
                capture_output=True,
                text=True,
                check=False,
                timeout=FETCH_S_MAX,
            )
            assert done.returncode == 0, f"pip can't fetch {NAME}: {(done.stdout + done.stderr)[-500:]}"
            with tarfile.open(cache / f"{folder.name}.tar.gz") as archive:
                archive.extractall(cache, filter="data")
    return folder


@pytest.mark.timeout(FETCH_S_MAX + RUN_S_MAX)
@pytest.mark.parametrize("part", PASSED_MIN)
def test_graphql_cores_own_tests_pass_with_the_compiled_executor(part: str) -> None:
    folder = own_tests()
    left_out = [f"--ignore=tests/{name}" for name in (*NEVER_EXECUTE, EXECUTION)]
    chosen = [f"tests/{EXECUTION}"] if part == EXECUTION else [*left_out, "tests"]
    options = ["-q", "-p", "own_tests", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(folder)]
    which = ["-o", "python_classes=PyTest*", *chosen]
    done = subprocess.run(  # noqa: S603 - the tests' own command
        [sys.executable, "-m", "pytest", *options, *which],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S_MAX,
    )
    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-1_000:]
    assert number("([0-9]+) passed", done.stdout) >= PASSED_MIN[part]
    assert number(r"\bcompiled=([0-9]+)", done.stdout) >= COMPILED_MIN[part]


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found, text[-500:]
    return int(found[1])
