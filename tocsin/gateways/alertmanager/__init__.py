"""Alertmanager API v2: what Prometheus posts to."""
