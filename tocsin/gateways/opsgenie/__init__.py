"""Opsgenie Alert API v2 (also as Jira Service Management mounts it): create, close, acknowledge."""
