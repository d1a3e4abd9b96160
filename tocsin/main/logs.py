"""Log lines: time, level, event name, fields. Never a secret."""

from __future__ import annotations

import logging

_PLAIN = set(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime", "taskName"}


class LineFormatter(logging.Formatter):
    """`2026-01-01 12:00:00 WARNING tocsin.x event_name field=value …`, a traceback below it."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in record.__dict__.items() if name not in _PLAIN}
        shown = " ".join(f"{name}={value}" for name, value in fields.items() if name not in {"request", "status_code"})
        line = super().format(record)
        head, separator, rest = line.partition("\n")
        return f"{head} {shown}{separator}{rest}" if shown else line
