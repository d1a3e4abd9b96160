"""The arrangement that was not chosen: Django's screens under a2wsgi in the front's own process."""

from __future__ import annotations

from typing import Any, cast

from a2wsgi import WSGIMiddleware

from tocsin.core import config
from tocsin.main.front.app import Front
from tocsin.main.front.types import App, Receive, Scope, Send
from tocsin.main.wsgi import application


class Inside:
    """The front, with the screens beside it instead of behind it."""

    def __init__(self) -> None:
        self._front = Front(config.load())
        self._screens = cast("App", WSGIMiddleware(cast("Any", application), workers=8))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/sign-in"):
            await self._screens(scope, receive, send)
        else:
            await self._front(scope, receive, send)


front = Inside()
