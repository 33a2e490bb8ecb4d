"""Bundles that were taken away verify for ever, with the verifier of then and with that of today."""

import json
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from tests.verifier.program import PROGRAM, VERIFIER
from tests.verifier.vectors import EXPECTED, VECTORS, bundle, made

KEYS = (VECTORS / "key.pub").read_text()
CHECKPOINT = (VECTORS / "checkpoint.txt").read_bytes().decode()
RESULTS = json.loads(EXPECTED.read_text())
FIRST_RELEASE = Path(__file__).parent / "ipp_verify_v1.txt"


def first_release() -> ModuleType:
    loader = SourceFileLoader("ipp_verify_v1", str(FIRST_RELEASE))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


VERIFIERS = {"today": VERIFIER, "first release": first_release()}


def test_every_vector_has_its_result_and_none_was_written_again() -> None:
    files = {path.name for path in VECTORS.iterdir()} - {EXPECTED.name}
    assert files == set(made())
    assert {name for name in files if name.endswith(".bundle")} == set(RESULTS)


@pytest.mark.parametrize("verifier", VERIFIERS)
@pytest.mark.parametrize("name", sorted(RESULTS))
def test_a_vector_gives_its_result_for_ever(verifier: str, name: str) -> None:
    program = VERIFIERS[verifier]
    found = program.check((VECTORS / name).read_bytes().decode(), program.read_keys(KEYS), CHECKPOINT)
    assert {"result": found.word, "sentences": found.sentences} == RESULTS[name]


@pytest.mark.parametrize("name", sorted(set(made()) - {"key.pub"}))
def test_what_is_made_today_is_byte_for_byte_what_was_made_then(name: str) -> None:
    assert made()[name].encode() == (VECTORS / name).read_bytes()


def test_the_first_verifier_reads_what_is_made_today() -> None:
    program = VERIFIERS["first release"]
    for checkpoint, word in ((True, "complete"), (False, "complete on the operator's word")):
        assert program.check(bundle(checkpoint=checkpoint), program.read_keys(KEYS)).word == word


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("complete", 0),
        ("changed", 1),
        ("unknown-key", 2),
        ("starts-later", 3),
        ("operators-word", 4),
    ],
)
def test_it_runs_alone_and_its_exit_code_is_its_result(tmp_path: Path, name: str, code: int) -> None:
    alone = tmp_path / "ipp_verify.py"
    alone.write_bytes(PROGRAM.read_bytes())
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", alone, VECTORS / f"{name}.bundle", "--key", VECTORS / "key.pub"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert ended.returncode == code, ended.stderr
    assert ended.stdout.split("\n")[0] == RESULTS[f"{name}.bundle"]["result"]
    assert ended.stderr == ""


def test_what_it_can_not_read_is_said_in_a_line(tmp_path: Path) -> None:
    wrong = tmp_path / "key.pub"
    wrong.write_text("no key")
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, PROGRAM, VECTORS / "complete.bundle", "--key", wrong],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 64
    assert ended.stderr.startswith("can't read: ")
    assert "Traceback" not in ended.stderr
