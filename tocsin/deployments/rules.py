"""What a change event must be, and how near to trouble it counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

SUMMARY_MOST = 1024
LINKS_MOST = 20

BEFORE = timedelta(hours=24)
"""Changes this long before trouble began are shown with it; most failures follow a change within the day."""

AFTER = timedelta(minutes=30)
"""And those this long after it began: the clocks of pipelines differ, and so do the minutes a rollout takes."""


def web_links(given: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """`{href, text}` of the links that lead to the web; others (a javascript: address, say) are left out."""
    links = [{"href": each.get("href", ""), "text": each.get("text", "")} for each in given]
    return [link for link in links if urlsplit(link["href"]).scheme in {"http", "https"}][:LINKS_MOST]
