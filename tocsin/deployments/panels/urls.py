"""Addresses of the fragments about changes."""

from __future__ import annotations

from django.urls import path

from tocsin.deployments.panels import views

app_name = "deployments-panels"
urlpatterns = [path("near", views.near, name="near")]
