"""Verdicts travel whole, whatever their number."""

import os

from events.log.acceptance import Outcome
from events.log.verdicts import Told, payloads, unpack


def test_verdicts_are_packed_into_payloads_that_postgresql_takes() -> None:
    told = [Told(os.urandom(16), outcome, number) for number, outcome in enumerate(Outcome)] * 60
    packed = list(payloads(told))
    assert [t for payload in packed for t in unpack(payload)] == told
    assert all(len(payload.encode()) < 8_000 for payload in packed)
    assert len(packed) > 1
