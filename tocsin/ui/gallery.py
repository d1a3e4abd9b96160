"""Every component on one screen with sample data, for whoever builds with them; served in debug mode only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from tocsin.ui import charts, views
from tocsin.ui import components as c
from tocsin.ui.context import MOMENT
from tocsin.ui.nav import Group, Link, Navigation

NOW = datetime(2026, 3, 4, 3, 10, 32, tzinfo=UTC)
LIVELY = "2 3 3 4 5 9 12 18 26 31 38 42 45 44 51 58 74 82 90 97 88 94 76 61 48 37 29 21 16 12"

STORM = """
3 5 5 6 12 14 17 19 19 22 26 25 26 31 30 33 29 27 34 26 30 25 26 29 22 20 22 23 16 13
13 12 10 9 8 8 7 5 6 5 4 4 3 3 2 3 2 2 2 1 2 1 1 1 1 1 1 1 1
"""


class SampleForm(forms.Form):
    """Fields in each of their states; the words are sample data and stay English."""

    email = forms.EmailField(label="E-mail", help_text="A page is sent here.", initial="anna@sample.invalid")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    phone = forms.CharField(label="Phone")


def say(english: str, polish: str) -> str:
    """Sample words in the reader's language; they are no part of the catalogue."""
    return polish if (get_language() or "").startswith("pl") else english


def sample_navigation(_request: HttpRequest) -> Navigation:
    """A rail as main makes it, with sample counts and no addresses behind it."""
    first = Group(
        label=say("Now", "Teraz"),
        links=(
            Link(label=say("Alerts", "Alerty"), url="#alerts", icon="alert", count=6, go="a", is_tab=True),
            Link(label=say("Incidents", "Incydenty"), url="/ui/gallery", icon="incident", count=1, go="i", is_tab=True),
            Link(label=say("On call", "Dyżury"), url="#oncall", icon="on-call", go="o", is_tab=True),
        ),
    )
    second = Group(
        label=say("Know", "Wiedza"),
        links=(
            Link(label=say("Services", "Usługi"), url="#services", icon="service", go="s"),
            Link(label=say("Journal", "Dziennik"), url="#journal", icon="journal", go="l"),
        ),
    )
    return Navigation(groups=(first, second), sign_in_url="#sign-in")


def at(minute: int, second: int) -> datetime:
    return datetime(2026, 3, 4, 3, minute, second, tzinfo=UTC)


def storm() -> charts.Histogram:
    """25,000-ish alerts in 80 bars of six seconds: quiet, then a steep rise and a long tail."""
    shape = [0] * 21 + [int(n) for n in STORM.split()]
    bars = tuple((n * 5, n * 7, n * 9, n * 8, n % 3) for n in shape[:80])
    markers = (
        charts.Marker(at=at(4, 1), label="CHG-881", detail="03:04:01"),
        charts.Marker(at=at(4, 23), label=say("Incident opened", "Otwarto incydent"), detail="03:04:23", dashed=True),
    )
    return charts.Histogram(starts_at=at(2, 0), bar_s=6, bars=bars, markers=markers)


def ledger() -> c.Ledger:
    return c.Ledger(
        total=25_000,
        rows=(
            c.LedgerRow(
                count=17_938,
                label=say("Repeats of an alert already open", "Powtórzenia otwartego alertu"),
                note=say("same fingerprint", "ten sam odcisk"),
                url="#",
            ),
            c.LedgerRow(
                count=5_612,
                label=say("Downstream of core-sw-waw-02", "Skutki awarii core-sw-waw-02"),
                note=say("38 services, 3 hops", "38 usług, 3 kroki"),
                url="#",
            ),
            c.LedgerRow(count=1_208, label=say("Flapping, held for 5 min", "Migoczące, wstrzymane na 5 min"), url="#"),
            c.LedgerRow(count=205, label=say("Inside maintenance MNT-118", "W oknie prac MNT-118"), url="#"),
            c.LedgerRow(count=31, label=say("Kept as evidence", "Zachowane jako dowód"), url="#", is_open=True),
            c.LedgerRow(
                count=6,
                label=say("Not related: still in your inbox", "Niezwiązane: wciąż w skrzynce"),
                url="#",
                is_open=True,
            ),
        ),
    )


def graph() -> charts.Graph:
    def node(key: str, mark: str, note: str) -> charts.Node:
        return charts.Node(key=key, label=key, mark=mark, note=note, url="#")

    pairs = ["core-sw-waw-02 smpp-gw-waw", "core-sw-waw-02 ott-gw-waw", "core-sw-waw-02 rcs-gw-fra", "smpp-gw-waw SMS"]
    pairs += ["ott-gw-waw WhatsApp", "ott-gw-waw Viber", "rcs-gw-fra RCS"]
    edges = tuple(
        charts.Edge(source=source, target=target, is_hot="rcs" not in target.lower())
        for source, target in (pair.split() for pair in pairs)
    )
    nodes = (
        node("core-sw-waw-02", "s1", say("probable cause", "prawdopodobna przyczyna")),
        node("smpp-gw-waw", "s1", say("0 of 6 binds up", "0 z 6 sesji")),
        node("ott-gw-waw", "s2", say("41% errors", "41% błędów")),
        node("rcs-gw-fra", "ok", say("other data centre", "inne centrum danych")),
        node("SMS", "s1", say("1,180 customers", "1180 klientów")),
        node("WhatsApp", "s2", say("312 customers", "312 klientów")),
        node("Viber", "s3", say("64 customers", "64 klientów")),
        node("RCS", "ok", say("no impact", "bez wpływu")),
    )
    return charts.Graph(root="core-sw-waw-02", nodes=nodes, edges=edges)


def cause() -> c.Cause:
    return c.Cause(
        name="core-sw-waw-02",
        evidence=(
            c.Evidence(text=say("Upstream of 96% of alerting services", "Nadrzędny wobec 96% alertujących usług")),
            c.Evidence(text=say("First to fail, by 4 s", "Zawiódł pierwszy, o 4 s")),
            c.Evidence(text=say("Changed 13 s before: CHG-881", "Zmieniony 13 s wcześniej: CHG-881")),
            c.Evidence(text=say("Its twin is fine", "Jego bliźniak działa"), supports=False),
        ),
        confirm_url="#",
        reject_url="#",
    )


def entries() -> list[c.Entry]:
    return [
        c.Entry(
            at=at(9, 31),
            author="Marek Król",
            tag=say("Internal", "Wewnętrzne"),
            text=mark_safe(say("Rolled traffic to <code>waw-01</code>.", "Przełączono ruch na <code>waw-01</code>.")),  # noqa: S308 - our own sample
        ),
        c.Entry(
            at=at(8, 2),
            icon="broadcast",
            tag=say("Public", "Publiczne"),
            is_public=True,
            text=say("Messages sent through Warsaw are delayed.", "Wiadomości przez Warszawę są opóźnione."),
        ),
        c.Entry(at=at(4, 25), icon="alert", text=say("Paged Network level 2.", "Wezwano: Sieć, poziom 2.")),
        c.Entry(at=at(4, 1), icon="deploy", is_loud=True, text=say("CHG-881 deployed.", "Wdrożono CHG-881.")),
    ]


def rungs() -> list[c.Rung]:
    return [
        c.Rung(name="Anna Nowak", note=say("Incident commander", "Dowodzi"), state=c.RungState.REACHED, detail="39 s"),
        c.Rung(name="Ola Bąk", note=say("did not answer", "brak odpowiedzi"), state=c.RungState.FAILED, detail="3 min"),
        c.Rung(
            name=say("You", "Ty"),
            note=say("Network L2 · push, then call", "Sieć L2 · push, potem telefon"),
            state=c.RungState.WAITING,
            until=NOW + timedelta(seconds=221),
        ),
        c.Rung(name="Tomasz Lis", note=say("if no answer", "jeśli nikt nie odpowie"), state=c.RungState.NEXT),
    ]


def words() -> dict[str, str]:
    return {
        "title": say("SMS delivery down in Warsaw", "Brak dostarczania SMS w Warszawie"),
        "summary": say(
            "Sample data. One core switch lost its uplinks 13 seconds after CHG-881. 1,556 customers affected.",
            "Dane przykładowe. Jeden przełącznik stracił łącza 13 s po CHG-881. Dotyczy 1556 klientów.",
        ),
        "running": say("Running for", "Trwa"),
        "investigating": say("Investigating", "W trakcie"),
        "storm": say("Alert storm", "Burza alertów"),
        "hint": say("03:02 – 03:10 · 6 s bars", "03:02 – 03:10 · słupki 6 s"),
        "cause": say("Probable cause", "Prawdopodobna przyczyna"),
        "agree": say("3 of 3 signals agree", "3 z 3 sygnałów zgodne"),
        "timeline": say("Timeline", "Przebieg"),
        "responders": say("Responders", "Reagujący"),
    }


def stages() -> tuple[c.FunnelStage, ...]:
    return (
        c.FunnelStage(count=25_000, label=say("alerts", "alertów")),
        c.FunnelStage(count=214, label=say("groups", "grup")),
        c.FunnelStage(count=1, label=say("incident", "incydent"), is_loud=True),
    )


def stamps() -> c.Stamps:
    return c.Stamps(first_alert_at=at(4, 14), cause_named_at=at(4, 21), paged_at=at(4, 22), acknowledged_at=at(5, 1))


def parts() -> dict[str, Any]:
    form = SampleForm({"email": "anna@sample.invalid", "note": "", "phone": ""})
    form.is_valid()
    return {
        "words": words(),
        "form": form,
        "funnel": c.Funnel(
            stages=stages(), apart=c.FunnelStage(count=6, label=say("unrelated, kept apart", "niezwiązanych, osobno"))
        ),
        "band": c.AckBand(
            title=say("You are paged: Network, level 2", "Wezwanie dla Ciebie: Sieć, poziom 2"),
            acknowledge_url="#",
            escalate_url="#",
            next_name="Tomasz Lis",
            next_at=NOW + timedelta(seconds=221),
        ),
        "stamps": stamps(),
        "done": replace(stamps(), work_begun_at=at(6, 2)),
        "pairs": [
            c.Pair(label=say("Affected", "Dotyczy"), value="1,556"),
            c.Pair(label=say("Team", "Zespół"), value="Network", url="#"),
        ],
        "spark": charts.Sparkline(
            points=tuple(map(int, LIVELY.split())), label=say("Rising for ten minutes", "Rośnie od dziesięciu minut")
        ),
        "curl": (
            "curl -X POST https://tocsin.example/v2/alerts -H 'Authorization: GenieKey SAMPLE' "
            """-d '{"message": "Disk full"}'"""
        ),
    }


def gallery(request: HttpRequest) -> HttpResponse:
    """The gallery; its moment stands still, so that pictures of it can be compared."""
    request.user = getattr(request, "user", AnonymousUser())
    request.META[MOMENT] = NOW
    context = {
        **parts(),
        "started": at(4, 14),
        "storm": storm(),
        "ledger": ledger(),
        "graph": graph(),
        "cause": cause(),
        "entries": entries(),
        "rungs": rungs(),
    }
    return render(request, "ui/gallery.html", context)


def plain(request: HttpRequest) -> HttpResponse:
    """What somebody sees who is not signed in."""
    request.META[MOMENT] = NOW
    return render(request, "ui/gallery_plain.html", {"form": SampleForm(), "title": say("Sign in", "Zaloguj się")})


def error(request: HttpRequest, status: int) -> HttpResponse:
    """One of the error screens, to be looked at."""
    if status == 500:
        return views.server_error(request)
    if status == 503:
        return views.unavailable(request)
    request.META[MOMENT] = NOW
    known = {400: views.bad_request, 403: views.forbidden, 404: views.not_found}
    return known.get(status, views.not_found)(request, ValueError("sample"))
