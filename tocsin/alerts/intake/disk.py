"""How full the disk is that this node keeps its data on: the spool, and the database where that is embedded."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tocsin.alerts.rules.disk import least_taken
from tocsin.alerts.rules.states import Severity
from tocsin.core.config import Config


def fill_of(folder: Path) -> float:
    """0 to 1; 0 where nobody can tell."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return 0.0
    return 1 - usage.free / usage.total if usage.total else 0.0


def holds_database(data_dir: Path) -> bool:
    """Whether the embedded database runs in there."""
    return (data_dir / "postgres" / "cluster" / "postmaster.pid").exists()


@dataclass(slots=True, kw_only=True)
class Disk:
    """What the intake last saw of it. `look` blocks for a moment, if the disk does."""

    folder: Path
    low: float
    full: float
    fill: float = 0.0
    has_database: bool = False

    @classmethod
    def of(cls, config: Config) -> Disk:
        return cls(folder=config.data_dir, low=config.disk_low_percent / 100, full=config.disk_full_percent / 100)

    def look(self) -> None:
        self.fill, self.has_database = fill_of(self.folder), holds_database(self.folder)

    @property
    def is_low(self) -> bool:
        return self.fill >= self.low

    def least_taken(self) -> Severity:
        """The least severity still taken. A database elsewhere has a disk of its own, of which we know nothing."""
        return least_taken(self.fill, full=self.full) if self.has_database else Severity.INFO
