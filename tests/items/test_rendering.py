"""Markdown from people is shown, and harms nobody."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from tocsin.items.rendering import render


def test_common_markdown_is_rendered() -> None:
    html = render("**Failover** done:\n\n- `core-sw-waw-02`\n- ~~rollback~~\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    for part in ("<strong>Failover</strong>", "<code>core-sw-waw-02</code>", "<s>rollback</s>", "<td>1</td>"):
        assert part in html


def test_links_open_without_telling_where_from() -> None:
    assert 'rel="noopener noreferrer nofollow"' in render("[runbook](https://example.invalid/a)")


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://tracker.invalid/pixel.gif)",
        '<a href="https://x.invalid" onclick="alert(1)">x</a>',
        "[x]( https://a.invalid 'on\" onmouseover=\"alert(1)')",
    ],
)
def test_nothing_active_survives(evil: str) -> None:
    seen = _Elements()
    seen.feed(render(evil))
    assert not {"script", "img"} & seen.tags
    assert all(name in {"href", "title", "rel"} for name, _ in seen.attributes)
    assert all(value.startswith("https://") for name, value in seen.attributes if name == "href")


class _Elements(HTMLParser):
    """The tags and attributes a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
