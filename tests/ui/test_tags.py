"""Template tags: what a reader and a screen reader get."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Engine, Template
from django.utils import timezone, translation

from tocsin.ui import components as c
from tocsin.ui.charts import Edge, Graph, Node
from tocsin.ui.templatetags.ui import initials

NOW = datetime(2026, 3, 4, 3, 10, 32, tzinfo=UTC)


def _render(source: str, language: str = "en", **values: object) -> str:
    with translation.override(language), timezone.override("Europe/Warsaw"):
        return Template(source).render(Context({"now": NOW, **values}))


def test_times_carry_the_exact_moment_in_the_readers_zone() -> None:
    drawn = _render("{% clock at %}", at=NOW - timedelta(minutes=5))
    assert 'datetime="2026-03-04T03:05:32+00:00"' in drawn
    assert 'title="Wednesday, 4 March 2026, 04:05:32 CET"' in drawn
    assert ">04:05:32</time>" in drawn


def test_relative_time_is_marked_for_the_scripts() -> None:
    assert "data-relative>5 min temu</time>" in _render("{% ago at %}", "pl", at=NOW - timedelta(minutes=5))


def test_unknown_time_is_a_dash() -> None:
    assert _render("{% clock at %}{% ago at %}", at=None) == "––"


def test_running_clock_stands_still_after_the_end() -> None:
    since = NOW - timedelta(seconds=378)
    assert "data-running-since" in _render("{% running since %}", since=since)
    assert _render("{% running since until %}", since=since, until=NOW) == "<b>00:06:18</b>"


def test_severity_is_shape_and_word() -> None:
    chip = _render("{% severity 1 %}{% severity_mark 2 %}")
    assert chip.count("<svg") == 2
    assert "SEV 1" in chip
    assert "High" in chip


@pytest.mark.parametrize(
    ("name", "letters"), [("Anna Nowak", "AN"), ("Łukasz", "Ł"), ("Jan de Vries", "JV"), ("  ", "?"), ("-- Ops", "O")]
)
def test_avatar_shows_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_what_a_person_wrote_is_escaped_everywhere() -> None:
    evil = "<script>"
    entry = c.Entry(at=NOW, text=evil, author=evil, tag=evil)
    rung = c.Rung(name=evil, note=evil, state=c.RungState.REACHED, detail=evil)
    row = c.LedgerRow(count=1, label=evil, note=evil, url="/x")
    drawn = _render(
        "{% timeline entries %}{% ladder rungs %}{% ledger ledger %}{% cause cause %}{% pairs pairs %}"
        "{% card evil evil %}{{ evil }}{% endcard %}{% code 'c' %}{{ evil }}{% endcode %}{% topology graph %}",
        evil=evil,
        entries=[entry],
        rungs=[rung],
        ledger=c.Ledger(total=1, rows=(row,)),
        cause=c.Cause(name=evil, evidence=(c.Evidence(text=evil),)),
        pairs=[c.Pair(label=evil, value=evil)],
        graph=Graph(root="a", nodes=(Node(key="a", label=evil, mark="s1", note=evil),), edges=()),
    )
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn
    assert "&amp;lt;" not in drawn, "escaped twice"


def test_ledger_ends_with_its_sum() -> None:
    rows = (c.LedgerRow(count=17_938, label="Repeats"), c.LedgerRow(count=7_062, label="Rest", is_open=True))
    drawn = _render("{% ledger ledger %}", "pl", ledger=c.Ledger(total=25_000, rows=rows))
    assert "Każdy alert jest rozliczony" in drawn
    assert "25\u202f000" in drawn
    assert 'class="solid"' in drawn


def test_ledger_that_does_not_add_up_says_so() -> None:
    ledger = c.Ledger(total=10, rows=(c.LedgerRow(count=7, label="Repeats"),))
    assert "3 not accounted for yet" in _render("{% ledger ledger %}", ledger=ledger)


def test_acknowledging_is_a_post_and_the_countdown_is_spoken() -> None:
    band = c.AckBand(
        title="You are paged", acknowledge_url="/ack", next_name="Tomasz", next_at=NOW + timedelta(seconds=221)
    )
    drawn = _render("{% ack_band band %}", band=band, csrf_token="token")
    assert '<form method="post" action="/ack" id="act-acknowledge"' in drawn
    assert 'value="token"' in drawn
    assert "data-announce>3:41</b>" in drawn


def test_cause_without_addresses_is_only_read() -> None:
    drawn = _render("{% cause cause %}", cause=c.Cause(name="sw-1", evidence=(c.Evidence(text="First"),)))
    assert "<form" not in drawn


def test_topology_is_summarised_in_words() -> None:
    nodes = tuple(Node(key=key, label=key, mark="s1") for key in ("core", "sms", "viber"))
    graph = Graph(
        root="core", nodes=nodes, edges=(Edge(source="core", target="sms"), Edge(source="core", target="viber"))
    )
    assert "core wpływa na 2 usługi: sms, viber." in _render("{% topology graph %}", "pl", graph=graph)


class _Form(forms.Form):
    phone = forms.CharField(label="Phone", help_text="With country code.")


def test_field_ties_label_hint_and_error_together() -> None:
    form = _Form({"phone": ""})
    assert not form.is_valid()
    drawn = _render("{% field form.phone %}", form=form)
    assert '<label for="id_phone">' in drawn
    assert 'aria-invalid="true"' in drawn
    for name in ("id_phone_helptext", "id_phone_error"):
        assert f'id="{name}"' in drawn
        assert name in drawn.split('aria-describedby="')[1].split('"')[0]


def test_live_element_names_topics_and_its_own_address() -> None:
    drawn = _render("<div {% live 'alerts incidents' url %}></div>", url="/alerts/list?a=1&b=2")
    assert 'data-live-topic="alerts incidents"' in drawn
    assert 'hx-get="/alerts/list?a=1&amp;b=2"' in drawn
    assert 'hx-swap="outerMorph"' in drawn


def test_scripts_and_styles_come_under_hashed_names() -> None:
    drawn = _render('{% stylesheet "app.css" %}{% script "app.ts" %}')
    assert 'href="/static/dist/app-' in drawn
    assert '<script type="module" src="/static/dist/app-' in drawn


def test_templates_are_found_by_the_engine() -> None:
    assert Engine.get_default().get_template("ui/base.html")
