"""Theme, language, the rail's fragment, and the screens for errors."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from tocsin.ui.acts import back
from tocsin.ui.context import THEME_COOKIE, THEMES

YEAR_S = 365 * 24 * 3600


def _remember(request: HttpRequest, **choice: str) -> None:
    """Let `settings.UI_REMEMBER` keep a signed-in person's choice with the person; the cookie is this browser's."""
    keeper: str | None = getattr(settings, "UI_REMEMBER", None)
    user = getattr(request, "user", None)
    if keeper and user is not None and user.is_authenticated:
        import_string(keeper)(request, **choice)


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(name, value, max_age=YEAR_S, samesite="Lax", httponly=True, secure=secure)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or "as the system has it"."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return HttpResponseBadRequest(gettext("Choose light, dark or automatic."))
    _remember(request, theme=theme)
    response = HttpResponseRedirect(back(request))
    _set_cookie(response, THEME_COOKIE, theme)
    return response


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language the reader chose."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(gettext("Choose one of the languages offered."))
    _remember(request, language=language)
    response = HttpResponseRedirect(back(request))
    _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@require_GET
def rail(request: HttpRequest) -> HttpResponse:
    """The rail's links with fresh counts, as a live fragment."""
    return render(request, "ui/_rail.html")


@require_GET
def alarm(request: HttpRequest) -> HttpResponse:
    """What is wrong with the installation, asked for again and again: an engine that died tells nobody."""
    return render(request, "ui/_alarm.html")


def _error(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"ui/errors/{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request itself was malformed."""
    return _error(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: known, but not allowed."""
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such screen or record, or the reader may not know of it."""
    return _error(request, 404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 with the one cure that works: reload, then send again."""
    return render(request, "ui/errors/csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: rendered without database, session or request, for any of them may be what broke."""
    return HttpResponse(render_to_string("ui/errors/500.html", _bare()), status=500)


def unavailable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """503: the database is away; the page says whether alerts are still taken and when to try again. A screen that is
    open already says so above what it shows."""
    config = getattr(settings, "CONFIG", None)  # the gallery has none
    kept = {"kept": config is None or config.spool_mb > 0}
    if request.path == reverse("ui:alarm"):
        return HttpResponse(render_to_string("ui/_away.html", kept))
    response = HttpResponse(render_to_string("ui/errors/503.html", _bare() | kept), status=503)
    response.headers["Retry-After"] = "5"
    return response


def _bare() -> dict[str, Any]:
    return {"bare": True}
