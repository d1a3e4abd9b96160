"""What every screen gets: security headers, the reader's language and zone, and errors that say what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import ceil

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from tocsin.core.errors import TocsinError
from tocsin.ui.acts import said
from tocsin.ui.views import bad_request, unavailable

log = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


class SecurityHeaders:
    """CSP and its companions on every answer of the screens and the REST API."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        if response.status_code == 429 and "Authorization" in request.headers:
            response.headers.setdefault("Retry-After", str(ceil(60 / max(settings.CONFIG.key_requests, 1))))
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class ReaderMiddleware:
    """Renders for the reader: their language and zone, else the browser's language, else the installation's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            person = request.user if request.user.is_authenticated else None
        except (OperationalError, InterfaceError):
            with translation.override(translation.get_language_from_request(request)):
                return unavailable(request)
        language = getattr(person, "language", "") or translation.get_language_from_request(request)
        zone = getattr(person, "zone", "") or settings.CONFIG.zone
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class ErrorScreens:
    """A TocsinError raised by a view becomes a screen (or fragment) with its status and what to do.

    A database that is away becomes 503 and a screen that says so, wherever on the way it was missed. What it cannot
    hold (a NUL character in an address, say) is the caller's mistake: 400.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError):
            return unavailable(request)
        if isinstance(error, DataError):
            log.warning("unstorable_input", extra={"path": request.path, "error": str(error).strip()})
            return bad_request(request, error)
        if not isinstance(error, TocsinError):
            return None
        return render(request, "ui/refusal.html", {"error": error, "words": said(error)}, status=error.status)
