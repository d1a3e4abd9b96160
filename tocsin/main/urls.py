"""Every address of the screens and the REST API. Intake and live streams are answered before Django, in `front`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tocsin.accounts.urls")),
    path("ui/", include("tocsin.ui.urls")),
]

handler400 = "tocsin.ui.views.bad_request"
handler403 = "tocsin.ui.views.forbidden"
handler404 = "tocsin.ui.views.not_found"
handler500 = "tocsin.ui.views.server_error"
