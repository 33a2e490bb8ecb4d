"""What the last look at the log's settings found."""

import time
from threading import Lock
from typing import Final

import structlog

from events.log.acceptance import LogStopError
from events.log.port import LogReader, SettingFault

_log = structlog.get_logger()

SETTINGS_AGE_MAX_S: Final = 5.0
"""How old a look may be when a partition is taken up, so that partitions taken up together share one."""


class SettingsLook:
    """The log's settings that are not as they must be. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: tuple[SettingFault, ...] = ()
        self._looked_at = float("-inf")

    def renew(self, reader: LogReader, *, age_max_s: float = 0.0) -> None:
        """Look again if the last look is older. Raises LogGoneError and LogUnavailableError."""
        with self._lock:
            if time.monotonic() - self._looked_at < age_max_s:
                return
        faults = tuple(reader.setting_faults())
        with self._lock:
            known, self._faults, self._looked_at = self._faults, faults, time.monotonic()
        for fault in faults:
            if fault not in known:
                _log.warning("journal.setting_fault", reason=fault.sentence, halts=fault.halts)

    def check(self) -> None:
        """Raise LogStopError if the log can't be used with these settings."""
        if halting := self._sentences(halts=True):
            raise LogStopError(halting)

    def warning(self) -> str:
        """Return what is wrong and needs no halt, or an empty text."""
        return self._sentences(halts=False)

    def _sentences(self, *, halts: bool) -> str:
        with self._lock:
            return "; ".join(fault.sentence for fault in self._faults if fault.halts is halts)
