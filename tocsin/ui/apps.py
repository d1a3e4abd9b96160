from django.apps import AppConfig
from django.core.checks import register

from tocsin.ui import checks


class UiConfig(AppConfig):
    name = "tocsin.ui"
    label = "ui"

    def ready(self) -> None:
        register(checks.bundle_is_built)
