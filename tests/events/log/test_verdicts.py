"""Notices of verdicts are sent whole, whatever their number."""

import os

from events.log.acceptance import Outcome
from events.log.verdicts import VerdictNotice, payloads, unpack


def test_notices_are_packed_into_payloads_that_postgresql_takes() -> None:
    sent = [VerdictNotice(os.urandom(16), outcome, number) for number, outcome in enumerate(Outcome)] * 60
    packed = list(payloads(sent))
    assert [notice for payload in packed for notice in unpack(payload)] == sent
    assert all(len(payload.encode()) < 8_000 for payload in packed)
    assert len(packed) > 1
