"""Charts as markup: nothing lost, nothing inline, everything escaped."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from tocsin.ui.charts import (
    Edge,
    Graph,
    Histogram,
    Marker,
    Node,
    Sparkline,
    histogram_svg,
    sparkline_svg,
    topology_svg,
)
from tocsin.ui.charts.histogram import ticks
from tocsin.ui.charts.topology import beyond, layers

START = datetime(2026, 3, 4, 3, 2, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")


def _chart(bars: list[tuple[int, int, int, int, int]], *markers: Marker, bar_s: int = 6) -> Histogram:
    return Histogram(starts_at=START, bar_s=bar_s, bars=tuple(bars), markers=markers)


def _svg(chart: Histogram) -> str:
    return histogram_svg(chart, zone=WARSAW, summary="a < b", peak_label="peak 9")


def test_histogram_is_well_formed_and_says_its_summary() -> None:
    root = ET.fromstring(_svg(_chart([(1, 2, 3, 4, 0)] * 80)))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "a < b"


def test_each_severity_is_one_path_however_many_bars() -> None:
    drawn = _svg(_chart([(1, 2, 3, 4, 5)] * 80))
    assert [drawn.count(f'<path class="s{level}"') for level in range(1, 6)] == [1] * 5


def test_bars_stack_to_their_share_of_the_peak() -> None:
    drawn = _svg(_chart([(0, 0, 0, 10, 0), (0, 0, 0, 5, 0)]))
    heights = [int(h) for h in re.findall(r"v(\d+)h", re.search(r'class="s4" d="([^"]+)"', drawn)[1])]  # type: ignore[index]  # must be there
    assert heights == [1000, 500]


def test_one_alert_beside_thousands_still_shows() -> None:
    drawn = _svg(_chart([(0, 0, 0, 25_000, 0), (1, 0, 0, 0, 0)]))
    assert re.search(r'class="s1" d="M1\.07 991h\.86v9h', drawn)


def test_medium_alone_on_top_gets_an_edge() -> None:
    assert "edge-s3" in _svg(_chart([(0, 0, 5, 1, 0)]))
    assert "edge-s3" not in _svg(_chart([(1, 0, 5, 1, 0)]))


def test_markers_close_together_do_not_overlap() -> None:
    close = [Marker(at=START + timedelta(seconds=200 + 4 * n), label=f"CHG-88{n}", detail="03:05:20") for n in range(4)]
    drawn = _svg(_chart([(1, 1, 1, 1, 0)] * 80, *close))
    places = [(y, anchor) for y, anchor in re.findall(r'<text x="-?7" y="(\d+)" text-anchor="(start|end)">', drawn)]
    assert len(set(places)) == 4


def test_label_near_the_left_edge_points_right() -> None:
    drawn = _svg(_chart([(1, 0, 0, 0, 0)] * 80, Marker(at=START + timedelta(seconds=5), label="Incident opened")))
    assert 'x="7" y="13" text-anchor="start"' in drawn


def test_marker_outside_the_window_stays_on_the_axis() -> None:
    chart = _chart([(1, 0, 0, 0, 0)] * 10)
    assert chart.percent(START - timedelta(hours=1)) == 0
    assert chart.percent(START + timedelta(hours=1)) == 100


def test_ticks_are_round_times_in_the_readers_zone() -> None:
    assert [label for _, label in ticks(_chart([(0, 0, 0, 0, 0)] * 80), WARSAW)][:3] == ["04:02", "04:03", "04:04"]
    assert len(ticks(_chart([(0, 0, 0, 0, 0)] * 80, bar_s=3600), WARSAW)) <= 9


def test_empty_histogram_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one bar"):
        _chart([])


def test_nothing_a_sender_wrote_becomes_markup() -> None:
    evil = "<script>alert(1)</script>"
    marker = Marker(at=START, label=evil, detail=evil)
    graph = Graph(root="a", nodes=(Node(key="a", label=evil, note=evil, mark="s1", url='"><x'),), edges=())
    line = Sparkline(points=(1,), label=evil)
    for drawn in (_svg(_chart([(1, 0, 0, 0, 0)], marker)), topology_svg(graph, summary=evil), sparkline_svg(line)):
        assert "<script" not in drawn
        assert "<x" not in drawn
        ET.fromstring(drawn)


def test_no_chart_uses_inline_style() -> None:
    graph = Graph(root="a", nodes=(Node(key="a", label="a", mark="ok"),), edges=())
    line = Sparkline(points=(), label="quiet")
    for drawn in (_svg(_chart([(1, 0, 0, 0, 0)])), topology_svg(graph, summary="s"), sparkline_svg(line)):
        assert "style=" not in drawn


def _star(count: int) -> Graph:
    nodes = (
        Node(key="root", label="root", mark="s1"),
        *(Node(key=f"n{i}", label=f"n{i}", mark="s2") for i in range(count)),
    )
    return Graph(root="root", nodes=nodes, edges=tuple(Edge(source="root", target=f"n{i}") for i in range(count)))


def test_large_radius_draws_six_a_layer_and_counts_the_rest() -> None:
    graph = _star(38)
    assert beyond(graph) == 32
    assert topology_svg(graph, summary="s").count("<rect") == 7


def test_fine_neighbours_come_after_those_that_alert() -> None:
    nodes = (
        Node(key="r", label="r", mark="s1"),
        Node(key="a", label="a", mark="ok"),
        Node(key="b", label="b", mark="s4"),
    )
    graph = Graph(root="r", nodes=nodes, edges=(Edge(source="r", target="a"), Edge(source="r", target="b")))
    assert [node.key for node in layers(graph)[1]] == ["b", "a"]


def test_cycle_between_services_ends() -> None:
    nodes = tuple(Node(key=key, label=key, mark="s1") for key in "ab")
    graph = Graph(root="a", nodes=nodes, edges=(Edge(source="a", target="b"), Edge(source="b", target="a")))
    assert [[node.key for node in layer] for layer in layers(graph)] == [["a"], ["b"]]


def test_unknown_root_draws_nothing_but_fails_nowhere() -> None:
    drawn = ET.fromstring(topology_svg(Graph(root="gone", nodes=(), edges=()), summary="s"))
    assert not list(drawn.iter("{http://www.w3.org/2000/svg}rect"))
