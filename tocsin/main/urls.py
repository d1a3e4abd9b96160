"""Every address of the screens and the REST API. Intake and live streams are answered before Django, in `front`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from tocsin.main import home
from tocsin.main.api import api, no_such_address

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("tocsin.accounts.urls")),
    path("", include("tocsin.assets.urls")),
    path("", include("tocsin.channels.urls")),
    path("", include("tocsin.journal.urls")),
    path("", include("tocsin.oncall.urls")),
    path("", include("tocsin.paging.urls")),
    path("", include("tocsin.deployments.urls")),
    path("", include("tocsin.alerts.urls")),
    path("", include("tocsin.incidents.urls")),
    path("", include("tocsin.gateways.alertmanager.urls")),
    path("", include("tocsin.gateways.opsgenie.urls")),
    path("heartbeats", include("tocsin.alerts.heartbeats.urls")),
    path("maintenance", include("tocsin.alerts.maintenance.urls")),
    path("connect", include("tocsin.alerts.connect.urls")),
    path("panels/alerts/", include("tocsin.alerts.panels.urls")),
    path("panels/changes/", include("tocsin.deployments.panels.urls")),
    path("panels/incidents/", include("tocsin.incidents.panels.urls")),
    path("health", home.condition, name="condition"),
    path("health/retry", home.retry, name="retry"),
    path("", include("tocsin.gateways.opsgenie.heartbeats_urls")),
    path("jsm/ops/integration/", include("tocsin.gateways.opsgenie.heartbeats_urls")),
    path("search", home.search, name="search"),
    path("ui/", include("tocsin.ui.urls")),
    path("api/v1/", api.urls),
    path("api/v1/<path:rest>", no_such_address),
]

handler400 = "tocsin.ui.views.bad_request"
handler403 = "tocsin.ui.views.forbidden"
handler404 = "tocsin.ui.views.not_found"
handler500 = "tocsin.ui.views.server_error"
