"""Addresses of the fragments about alerts."""

from __future__ import annotations

from django.urls import path

from tocsin.alerts.panels import views

app_name = "alerts-panels"
urlpatterns = [
    path("open-counts", views.open_counts, name="open-counts"),
    path("of-service/<path:key>", views.of_service, name="of-service"),
]
