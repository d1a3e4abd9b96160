from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    name = "tocsin.deployments"
    label = "deployments"
