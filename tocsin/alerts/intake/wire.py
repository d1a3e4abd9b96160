"""What every wire is to the application: it answers requests, and can word a failure as its product would."""

from __future__ import annotations

from typing import Protocol

from tocsin.alerts.intake.door import Intake
from tocsin.alerts.intake.http import Request, Response


class Elsewhere(Exception):
    """The key is no sender's. It may be another kind of key, which is answered behind Django; else this is a 401."""


class Wire(Protocol):
    """One product's API. `refused` is the status it gives to what cannot be taken."""

    @property
    def name(self) -> str: ...

    @property
    def body_most(self) -> int: ...

    @property
    def refused(self) -> int: ...

    async def respond(self, request: Request, intake: Intake) -> Response:
        """Answer a request that was read whole. May raise Refusal, TocsinError, RecursionError, Elsewhere."""
        ...

    def failure(self, request: Request, status: int, message: str) -> Response:
        """An error in the product's own format."""
        ...
