"""What tests of histories wait for."""

from tests.forgotten import nothing_forgotten

__all__ = ["nothing_forgotten"]
