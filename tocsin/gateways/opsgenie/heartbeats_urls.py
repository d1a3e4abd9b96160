"""Where Opsgenie's Heartbeat API stands; its ping is answered before Django, by `answer`."""

from __future__ import annotations

from django.urls import path

from tocsin.gateways.opsgenie import heartbeats_views

urlpatterns = [
    path("v2/heartbeats", heartbeats_views.heartbeats),
    path("v2/heartbeats/<str:name>", heartbeats_views.heartbeat),
    path("v2/heartbeats/<str:name>/enable", heartbeats_views.switch, {"what": "enable"}),
    path("v2/heartbeats/<str:name>/disable", heartbeats_views.switch, {"what": "disable"}),
]
