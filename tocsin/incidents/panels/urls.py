"""Addresses of the fragments about incidents."""

from __future__ import annotations

from django.urls import path

from tocsin.incidents.panels import views

app_name = "incidents-panels"
urlpatterns = [path("of-service/<path:key>", views.of_service, name="of-service")]
