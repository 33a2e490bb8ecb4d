"""A key vault that holds nothing, for tests that only meet streams in clear."""

from collections.abc import Iterable


class NoKeys:
    def key_of(self, subject: str) -> bytes:
        raise AssertionError(f"No person's event is in this test, yet the key of {subject} was asked for.")

    def keys_of(self, subjects: Iterable[str]) -> dict[str, bytes]:
        raise AssertionError(f"No person's event is in this test, yet keys of {subjects} were asked for.")
