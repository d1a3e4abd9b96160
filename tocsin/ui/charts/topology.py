"""The blast radius: from the probable cause, layer by layer, to what customers notice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from html import escape

from tocsin.ui.charts.svg import clipped, short, text
from tocsin.ui.icons import GLYPHS

NODE_W, NODE_H = 156, 38
GAP_X, GAP_Y = 46, 11
MOST_LAYERS, MOST_ROWS = 3, 6
LABEL_CHARACTERS, NOTE_CHARACTERS = 18, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A service. `mark` is "s1".."s5" while it alerts, "ok" while it is fine; `note` one short line under its name."""

    key: str
    label: str
    mark: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Trouble flows from `source` to `target`; `is_hot` while it does."""

    source: str
    target: str
    is_hot: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Nodes reachable from `root`; what lies beyond the drawn layers is counted, not dropped in silence."""

    root: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class _Box:
    node: Node
    x: float
    y: float


def layers(graph: Graph) -> list[list[Node]]:
    """Nodes by their distance from the root, those that alert first; unreachable ones are left out."""
    nodes = {node.key: node for node in graph.nodes}
    targets = defaultdict(list)
    for edge in graph.edges:
        targets[edge.source].append(edge.target)
    seen, wave, found = {graph.root}, [graph.root], []
    while wave:
        found.append([nodes[key] for key in wave if key in nodes])
        following = dict.fromkeys(target for key in wave for target in targets[key] if target not in seen)
        wave = list(following)
        seen.update(wave)
    if not found[0]:
        return []
    return [found[0], *(sorted(layer, key=lambda node: (node.mark == "ok", node.mark)) for layer in found[1:])]


def beyond(graph: Graph) -> int:
    """How many reachable nodes the drawing leaves out."""
    found = layers(graph)
    return sum(max(0, len(layer) - MOST_ROWS) for layer in found[:MOST_LAYERS]) + sum(map(len, found[MOST_LAYERS:]))


def _boxes(graph: Graph) -> tuple[dict[str, _Box], float]:
    drawn = [layer[:MOST_ROWS] for layer in layers(graph)[:MOST_LAYERS]]
    height = max((len(layer) * (NODE_H + GAP_Y) - GAP_Y for layer in drawn), default=NODE_H)
    boxes: dict[str, _Box] = {}
    parents = {edge.target: edge.source for edge in reversed(graph.edges)}
    for column, unordered in enumerate(drawn):
        # Children stand in the order of their parents, so that edges seldom cross.
        layer = sorted(unordered, key=lambda node: boxes[parents[node.key]].y if parents.get(node.key) in boxes else 0)
        top = (height - (len(layer) * (NODE_H + GAP_Y) - GAP_Y)) / 2
        for row, node in enumerate(layer):
            boxes[node.key] = _Box(node, column * (NODE_W + GAP_X), top + row * (NODE_H + GAP_Y))
    return boxes, height


def _leads_on(edge: Edge, boxes: dict[str, _Box]) -> bool:
    """Whether the edge is drawn: within a layer or back it would cross everything and tell nothing new."""
    return edge.source in boxes and edge.target in boxes and boxes[edge.source].x < boxes[edge.target].x


def _edge(edge: Edge, boxes: dict[str, _Box]) -> str:
    source, target = boxes[edge.source], boxes[edge.target]
    x1, y1 = source.x + NODE_W, source.y + NODE_H / 2
    x2, y2 = target.x, target.y + NODE_H / 2
    bend = (x1 + x2) / 2
    css = "edge hot" if edge.is_hot else "edge"
    curve = f"M{short(x1)} {short(y1)}C{short(bend)} {short(y1)} {short(bend)} {short(y2)} {short(x2)} {short(y2)}"
    return f'<path class="{css}" d="{curve}"/>'


def _node(box: _Box, *, is_root: bool) -> str:
    node = box.node
    css = "node root" if is_root else "node fine" if node.mark == "ok" else "node"
    mark = f"mark-{node.mark}" if node.mark in ("ok", "s5") else node.mark
    middle = 16 if node.note else 23
    body = (
        f'<g class="{css}" transform="translate({short(box.x)},{short(box.y)})"><title>{escape(node.label)}</title>'
        f'<rect width="{NODE_W}" height="{NODE_H}" rx="6"/>'
        f'<path class="{mark}" transform="translate(10,13) scale(.6)" d="{GLYPHS[node.mark]}"/>'
        f"{text(clipped(node.label, LABEL_CHARACTERS), x=30, y=middle)}"
        f"{text(clipped(node.note, NOTE_CHARACTERS), x=30, y=30, css='note') if node.note else ''}</g>"
    )
    return f'<a href="{escape(node.url)}">{body}</a>' if node.url else body


def topology_svg(graph: Graph, *, summary: str) -> str:
    """The drawing as one <svg>, at most three layers of six; its text alternative is `summary`."""
    boxes, height = _boxes(graph)
    columns = min(MOST_LAYERS, max(1, len(layers(graph))))
    width = columns * (NODE_W + GAP_X) - GAP_X
    edges = "".join(_edge(e, boxes) for e in graph.edges if _leads_on(e, boxes))
    nodes = "".join(_node(box, is_root=key == graph.root) for key, box in boxes.items())
    role = "group" if any(box.node.url for box in boxes.values()) else "img"
    return (
        f'<svg viewBox="-1 -1 {width + 2} {short(height + 2)}" width="{width + 2}" role="{role}" '
        f'aria-label="{escape(summary)}">{edges}{nodes}</svg>'
    )
