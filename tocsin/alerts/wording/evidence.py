"""What speaks for or against a cause, and why an alert belongs to a group: kinds and parameters as sentences.

The kinds and their parameters are the correlation's (`tocsin.correlation.text`); they are stored with the group, so a
kind that a later version no longer knows must still read as something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from tocsin.correlation import EvidenceKind
from tocsin.ui.wording import duration

Params = Mapping[str, Any]


def class_word(name: str) -> str:
    """The kind of trouble an alert tells of."""
    return {
        "error": pgettext("kind of trouble", "errors"),
        "latency": pgettext("kind of trouble", "slowness"),
        "client": pgettext("kind of trouble", "failing calls"),
        "queue": pgettext("kind of trouble", "a growing queue"),
        "log": pgettext("kind of trouble", "errors in its log"),
        "traffic": pgettext("kind of trouble", "missing traffic"),
        "saturation": pgettext("kind of trouble", "exhaustion"),
        "crash": pgettext("kind of trouble", "an outage"),
        "network": pgettext("kind of trouble", "network trouble"),
        "routine": pgettext("kind of trouble", "routine trouble"),
    }.get(name, pgettext("kind of trouble", "trouble"))


def _services(params: Params) -> int:
    return int(params.get("services", 0))


def _own(params: Params) -> str:
    told = {
        "what": class_word(str(params.get("class", ""))),
        "rule": params.get("rule", ""),
        "time": duration(float(params.get("after_s", 0))),
    }
    return gettext("It complains itself: %(what)s (%(rule)s), %(time)s after the beginning") % told


def _callers_fail(params: Params) -> str:
    return ngettext(
        "%(services)s service that depends on it fails too: %(example)s",
        "%(services)s services that depend on it fail too, such as %(example)s",
        _services(params),
    ) % {"services": _services(params), "example": params.get("example", "")}


def _callers_name_it(params: Params) -> str:
    return ngettext(
        "%(services)s service names it in its alerts: %(example)s",
        "%(services)s services name it in their alerts, such as %(example)s",
        _services(params),
    ) % {"services": _services(params), "example": params.get("example", "")}


def _traffic_falls(params: Params) -> str:
    return ngettext(
        "Less work arrives at %(services)s service behind it: %(example)s",
        "Less work arrives at %(services)s services behind it, such as %(example)s",
        _services(params),
    ) % {"services": _services(params), "example": params.get("example", "")}


def _same_burst(params: Params) -> str:
    return ngettext(
        "%(services)s service fails in the same burst; no dependency is known",
        "%(services)s services fail in the same burst; no dependency is known",
        _services(params),
    ) % {"services": _services(params)}


def _changed(params: Params) -> str:
    told = {"time": duration(float(params.get("before_s", 0))), "text": params.get("text") or params.get("change", "")}
    return gettext("Changed %(time)s before the beginning: %(text)s") % told


def _callers_quiet(params: Params) -> str:
    told = {"quiet": params.get("quiet", 0), "callers": params.get("callers", 0)}
    return gettext("%(quiet)s of %(callers)s services that depend on it show no trouble") % told


def _far(params: Params) -> str:
    return gettext("%(percent)s%% of what it explains is two steps away or more") % {
        "percent": params.get("far_percent", 0)
    }


def _member_calls(params: Params) -> str:
    hops = int(params.get("hops", 1))
    told = {"via": params.get("via", ""), "hops": hops}
    if hops <= 1:
        return gettext("Its service depends on the cause directly")
    return (
        ngettext(
            "Its service depends on the cause by way of %(via)s, %(hops)s step away",
            "Its service depends on the cause by way of %(via)s, %(hops)s steps away",
            hops,
        )
        % told
    )


_EVIDENCE: Mapping[str, Callable[[Params], str]] = {
    EvidenceKind.OWN_SIGNAL: _own,
    EvidenceKind.CALLERS_FAIL: _callers_fail,
    EvidenceKind.CALLERS_NAME_IT: _callers_name_it,
    EvidenceKind.TRAFFIC_FALLS: _traffic_falls,
    EvidenceKind.SAME_BURST: _same_burst,
    EvidenceKind.CHANGED: _changed,
    EvidenceKind.CAME_FIRST: lambda params: (
        gettext("It failed before %(percent)s %% of what it explains") % {"percent": params.get("later_percent", 0)}
    ),
    EvidenceKind.CAME_LATE: lambda _: gettext("It failed after most of what it would explain"),
    EvidenceKind.SILENT: lambda _: gettext("It raises no alert of its own"),
    EvidenceKind.CALLERS_QUIET: _callers_quiet,
    EvidenceKind.FAR: _far,
}

_WHY: Mapping[str, Callable[[Params], str]] = {
    EvidenceKind.MEMBER_CAUSE: lambda params: (
        gettext("Its service is the suspected cause itself: %(what)s")
        % {"what": class_word(str(params.get("class", "")))}
    ),
    EvidenceKind.MEMBER_NAMES: lambda _: gettext("It names the suspected cause"),
    EvidenceKind.MEMBER_CALLS: _member_calls,
    EvidenceKind.MEMBER_CALLED: lambda params: (
        gettext("Its service gets less work from %(via)s") % {"via": params.get("via", "")}
    ),
    EvidenceKind.MEMBER_BURST: lambda _: gettext("It began in the same burst; no dependency is known"),
}


def _unknown(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def evidence_words(kind: str, params: Params) -> str:
    """One reason for or against a cause."""
    write = _EVIDENCE.get(kind)
    return write(params) if write else _unknown(kind)


def why_words(why: Mapping[str, Any] | None) -> str:
    """Why an alert is in its group, from `{kind, params}`; empty when nothing was said."""
    if not why:
        return ""
    write = _WHY.get(why["kind"])
    return write(why.get("params", {})) if write else _unknown(why["kind"])
