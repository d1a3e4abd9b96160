"""The gateways as a Django application: what they must remember of other products' APIs."""

from __future__ import annotations

from django.apps import AppConfig


class GatewaysConfig(AppConfig):
    name = "tocsin.gateways"
    label = "gateways"
