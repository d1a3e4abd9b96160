"""The two ASGI applications: `front` (the public port) and `web` (the screens behind it, Django under WSGI)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from a2wsgi.wsgi_typing import WSGIApp


def __getattr__(name: str) -> Any:
    """Built when asked for, so that neither process loads what only the other needs."""
    if name == "front":
        from tocsin.core import config  # noqa: PLC0415 - the front alone
        from tocsin.main.front.app import Front  # noqa: PLC0415 - the front alone

        return Front(config.load())
    if name == "web":
        from a2wsgi import WSGIMiddleware  # noqa: PLC0415 - the screens alone

        from tocsin.core.postgres.backend.base import bound_answers  # noqa: PLC0415 - the screens alone
        from tocsin.main.wsgi import application  # noqa: PLC0415 - sets Django up

        bound_answers()
        return WSGIMiddleware(cast("WSGIApp", application), workers=8)  # Django says its own type of start_response
    raise AttributeError(name)
