"""The words of alerts, groups, silences and of what speaks for a cause, in the reader's language."""

from tocsin.alerts.wording.evidence import evidence_words, why_words
from tocsin.alerts.wording.facts import FACTS
from tocsin.alerts.wording.states import (
    aside_words,
    cause_state_word,
    confidence_words,
    group_state_word,
    line_note,
    line_words,
    operator_word,
    pulse_word,
    state_word,
    window_state_word,
)

__all__ = [
    "FACTS",
    "aside_words",
    "cause_state_word",
    "confidence_words",
    "evidence_words",
    "group_state_word",
    "line_note",
    "line_words",
    "operator_word",
    "pulse_word",
    "state_word",
    "why_words",
    "window_state_word",
]
