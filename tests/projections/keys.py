"""A key vault that holds nothing, for tests that only meet streams in clear."""


class NoKeys:
    def key_of(self, subject: str) -> bytes:
        raise AssertionError(f"No person's event is in this test, yet the key of {subject} was asked for.")
