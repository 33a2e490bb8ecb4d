"""The health of a process: named checks, each with a state, a sentence, and the moment it began."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from kit.clock import Clock

State = Literal["ok", "degraded", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    state: State
    sentence: str
    since: datetime
    """When this state began."""
    seen: datetime
    """When it was last reported."""


class Health:
    """
    Collects what loops report; safe from several threads.

    A process is ready while no check has failed. While a check is degraded, the process still serves, and the
    sentence says what does not work.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._findings: dict[str, Finding] = {}
        self._within: dict[str, timedelta] = {}
        self._lock = threading.Lock()

    def expect(self, name: str, *, within_s: float) -> None:
        """Count a check as failed when it is not reported for `within_s`, because its loop may be frozen."""
        with self._lock:
            self._within[name] = timedelta(seconds=within_s)
        self.report(name, ok=False, degraded=True, sentence="starting")

    def report(self, name: str, *, ok: bool, sentence: str, degraded: bool = False) -> None:
        """Record the state of a check: ok, else degraded if the process can still serve, else failed."""
        state: State = "ok" if ok else "degraded" if degraded else "failed"
        now = self._clock.now()
        with self._lock:
            last = self._findings.get(name)
            since = last.since if last is not None and last.state == state else now
            self._findings[name] = Finding(state=state, sentence=sentence, since=since, seen=now)

    def findings(self) -> dict[str, Finding]:
        """Return the current finding of every check, by name."""
        now = self._clock.now()
        with self._lock:
            return {name: self._aged(name, finding, now) for name, finding in sorted(self._findings.items())}

    def ready(self) -> bool:
        return all(finding.state != "failed" for finding in self.findings().values())

    def as_json(self) -> dict[str, Any]:
        findings = self.findings()
        states = {finding.state for finding in findings.values()}
        worst = next((state for state in ("failed", "degraded") if state in states), "ok")
        return {
            "state": worst,
            "checks": {
                name: {"state": f.state, "sentence": f.sentence, "since": f.since.isoformat()}
                for name, f in findings.items()
            },
        }

    def _aged(self, name: str, finding: Finding, now: datetime) -> Finding:
        within = self._within.get(name)
        silent = now - finding.seen
        if within is None or silent <= within:
            return finding
        sentence = f"said nothing for {silent.total_seconds():.0f} s, last: {finding.sentence}"
        return Finding(state="failed", sentence=sentence, since=finding.seen + within, seen=finding.seen)
