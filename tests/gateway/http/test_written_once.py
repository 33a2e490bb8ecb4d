"""What many get is written once, and reads as if it had been written for each."""

import json

from gateway.http.strict_json import write_json
from gateway.limits.shared_results import SharedData

DATA = {"capabilityReleased": {"id": "é", "cells": [{"holders": None}, {"holders": {"from": 5}}]}}


def test_the_text_is_that_of_an_answer_of_its_own_over_both_ways() -> None:
    shared = SharedData(DATA)
    for wrapped, plain in (
        ({"data": shared}, {"data": DATA}),
        ({"data": shared, "errors": [{"message": "x"}]}, {"data": DATA, "errors": [{"message": "x"}]}),
        (
            {"id": '"1', "type": "next", "payload": {"data": shared}},
            {"id": '"1', "type": "next", "payload": {"data": DATA}},
        ),
    ):
        assert (
            write_json(wrapped)
            == write_json(plain)
            == json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
        )


def test_it_is_written_once() -> None:
    shared = SharedData(DATA)
    write_json({"data": shared})
    first = shared.text
    write_json({"id": "2", "type": "next", "payload": {"data": shared}})
    assert first is not None
    assert shared.text is first


def test_other_messages_are_written_as_they_are() -> None:
    for message in ({"type": "pong"}, {"type": "error", "payload": [{"message": "x"}]}, ["a"], None):
        assert write_json(message) == json.dumps(message, separators=(",", ":"))
