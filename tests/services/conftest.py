"""The check that tests of histories need first."""

from tests.forgotten import nothing_forgotten

__all__ = ["nothing_forgotten"]
