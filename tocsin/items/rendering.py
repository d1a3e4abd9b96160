"""Markdown as people write it, to HTML that is safe to show."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt

_TEXT = {"a", "br", "code", "del", "em", "s", "strong"}
_BLOCKS = {"blockquote", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "ul"}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"align"}, "th": {"align"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}

_parser: MarkdownIt = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


def render(markdown: str) -> str:
    """HTML of a Markdown text: no raw HTML, no images (they would tell a stranger who reads), links that leak nothing.

    Cleaned after rendering too, so that a flaw in the parser is not a hole in the page.
    """
    return nh3.clean(
        _parser.render(markdown),
        tags=_TEXT | _BLOCKS | _TABLES,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
