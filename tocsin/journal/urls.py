"""The address of the journal's screen."""

from __future__ import annotations

from django.urls import path

from tocsin.journal import views

app_name = "journal"
urlpatterns = [path("journal", views.facts, name="facts")]
