"""Typed metrics: each has a name with its unit, and a sentence that says what it measures."""

import re
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
LATENCY_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_NAME: Final = re.compile(r"ipp_[a-z0-9_]+")


def counter(name: str, meaning: str, *labels: str) -> Counter:
    """Declare a value that only grows; once per name, in the module that counts it."""
    return Counter(_checked(name, meaning), meaning, labels)


def gauge(name: str, meaning: str, *labels: str) -> Gauge:
    """Declare a value that goes up and down."""
    return Gauge(_checked(name, meaning), meaning, labels)


def latency(name: str, meaning: str, *labels: str) -> Histogram:
    """Declare a duration in seconds; the name ends in `_seconds`."""
    if not name.endswith("_seconds"):
        raise ValueError(f"The duration {name} must end in _seconds.")
    return Histogram(_checked(name, meaning), meaning, labels, buckets=LATENCY_BUCKETS_S)


def exposed() -> bytes:
    """Return every metric of this process in Prometheus' text format, with `CONTENT_TYPE`."""
    return generate_latest()


def _checked(name: str, meaning: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"The metric {name} must begin with ipp_ and be in snake_case.")
    if not meaning.endswith("."):
        raise ValueError(f"The metric {name} needs a sentence of meaning.")
    return name
