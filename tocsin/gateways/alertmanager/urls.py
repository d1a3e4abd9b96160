"""Addresses of Alertmanager's API behind Django. What is posted to `alerts` never comes here: the front takes it."""

from __future__ import annotations

from django.urls import path

from tocsin.gateways.alertmanager.call import answering
from tocsin.gateways.alertmanager.silences import delete_silence, get_silence, list_silences, post_silence
from tocsin.gateways.alertmanager.views import get_status, list_alerts, list_groups, list_receivers

urlpatterns = [
    path("api/v2/alerts", answering(GET=list_alerts)),
    path("api/v2/alerts/groups", answering(GET=list_groups)),
    path("api/v2/silences", answering(GET=list_silences, POST=post_silence)),
    path("api/v2/silence/<str:silence_id>", answering(GET=get_silence, DELETE=delete_silence)),
    path("api/v2/receivers", answering(GET=list_receivers)),
    path("api/v2/status", answering(GET=get_status)),
]
