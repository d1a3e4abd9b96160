"""What an operator did to the installation itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRetried:
    """Somebody gave a reaction that was given up another try. The subject is that of the fact it reacts to.

    `reaction` is the kind of its job, `attempts` how often it had failed. Its error stays with the job: it may hold
    what people wrote.
    """

    kind: ClassVar = "main.reaction_retried"
    schema_version: ClassVar = 1
    job: int
    reaction: str
    attempts: int
