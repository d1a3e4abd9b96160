"""Deployments: what was changed, when and where: change events that pipelines and people tell.

Pipelines, environments and the trace of a commit to production belong here too and come later. Read `models` first.
"""
