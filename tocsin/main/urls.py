"""Every address of the screens and the REST API. Intake and live streams are answered before Django, in `asgi`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
