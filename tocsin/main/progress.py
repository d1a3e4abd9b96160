"""Progress for people: bars on a terminal, a line every tenth of the way where output is piped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


@dataclass(slots=True)
class Bar:
    """One bar on a terminal."""

    bars: Progress
    task: TaskID

    def begin(self, total: int) -> None:
        """Learn how far it is, where that was not known before."""
        self.bars.update(self.task, total=total)

    def advance(self, count: int) -> None:
        """Move on."""
        self.bars.advance(self.task, count)


@dataclass(slots=True)
class Lines:
    """Plain lines, one every tenth of the way."""

    console: Console
    title: str
    total: int
    done: int = 0

    def begin(self, total: int) -> None:
        """Learn how far it is, where that was not known before."""
        self.total = total

    def advance(self, count: int) -> None:
        """Move on, and say so when another tenth is through."""
        tenths_before = self.done * 10 // max(1, self.total)
        self.done += count
        tenths = self.done * 10 // max(1, self.total)
        if tenths > tenths_before:
            self.console.print(f"{self.title}: {self.done:,} of {self.total:,}", highlight=False)


@contextmanager
def measured(console: Console, title: str, total: int = 0) -> Iterator[Bar | Lines]:
    """Show progress towards a total for the length of a ``with`` block; the total may be told later, by ``begin``."""
    if not console.is_terminal:
        yield Lines(console, title, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        yield Bar(bars, bars.add_task(title, total=total or None))
