"""Opsgenie's Alert API v2, whole (also as Jira Service Management mounts it). Read `operations` first.

Create, close and acknowledge are the intake's (`decode`, `answer`): stored before they are answered. The rest is
Django's: `call` is one request and its envelope, `views` answer it, a write is promised and done by `jobs` in order.
"""
