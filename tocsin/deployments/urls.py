"""Addresses of the screens of changes."""

from __future__ import annotations

from django.urls import path

from tocsin.deployments import views

app_name = "deployments"
urlpatterns = [path("changes", views.changes, name="changes")]
