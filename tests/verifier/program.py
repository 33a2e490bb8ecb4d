"""The stand-alone verifier, loaded as the single file that an auditor has."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Final

PROGRAM: Final = Path(__file__).parents[2] / "docs" / "verifier" / "ipp_verify.py"


def load(program: Path) -> ModuleType:
    """Return the program as a module of its own."""
    spec = importlib.util.spec_from_file_location(program.stem, program)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERIFIER: Final = load(PROGRAM)
