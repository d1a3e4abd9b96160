"""Other products' words for how bad it is, as one of our five."""

from __future__ import annotations

from tocsin.alerts.rules.states import Severity

_WORDS = {
    Severity.CRITICAL: "critical crit page emergency emerg disaster fatal p1 sev1",
    Severity.MAJOR: "error err major high alert p2 sev2",
    Severity.MINOR: "minor average medium ticket p3 sev3",
    Severity.WARNING: "warning warn low p4 sev4",
    Severity.INFO: "info information informational notice none debug ok p5 sev5",
}
_BY_WORD = {word: severity for severity, words in _WORDS.items() for word in words.split()}
_PAGERDUTY = {
    "critical": Severity.CRITICAL,
    "error": Severity.MAJOR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
}


def from_word(word: str) -> Severity:
    """A severity label's value, as Prometheus rules spell it; MINOR when it is missing or unknown."""
    return _BY_WORD.get(word.strip().lower(), Severity.MINOR)


def from_opsgenie(priority: str) -> Severity:
    """P1 to P5; P3 when it is missing, as Opsgenie does. ValueError on anything else."""
    if priority == "":
        return Severity.MINOR
    if len(priority) != 2 or priority[0] != "P" or priority[1] not in "12345":
        raise ValueError(priority)
    return Severity(int(priority[1]))


def from_pagerduty(severity: str) -> Severity:
    """critical, error, warning or info; ValueError on anything else."""
    try:
        return _PAGERDUTY[severity]
    except KeyError:
        raise ValueError(severity) from None
