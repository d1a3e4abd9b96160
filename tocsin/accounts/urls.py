"""Addresses of signing in and out, of people and of keys."""

from __future__ import annotations

from django.urls import path

from tocsin.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/<str:token>", views.sign_in_by_link, name="sign-in-by-link"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("live/permit", views.permit, name="permit"),
    path("people", views.people, name="people"),
    path("keys", views.keys, name="keys"),
    path("keys/<uuid:key_id>/revoke", views.revoke_key, name="revoke-key"),
]
