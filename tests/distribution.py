"""How tests are distributed to several processes: a file to one, and all that share a demo to one."""

from typing import Final

import pytest
from xdist.scheduler import LoadScopeScheduling

ONE_DEMO: Final = ("tests/e2e/", "tests/fuzz/", "tests/demo/", "tests/browser/", "tests/clients/")
"""Each of these folders has a demo of its own, which takes long to start; they begin first."""


class ByFileOrDemo(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a process all tests of a file, or of a folder with a demo, in the order of collection."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scope_of(nodeid: str) -> str:
    """Return what is given to one process: the folder of a demo, or the file of a test."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in ONE_DEMO if file.startswith(folder)), file)


def longest_first(nodeid: str) -> bool:
    """Sort the folders with a demo before everything else."""
    return scope_of(nodeid) not in ONE_DEMO
