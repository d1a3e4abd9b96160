"""Connecting a source of alerts: making an integration and its key, how each kind is configured, waiting for the first.

The records are the room's own; this is only the screens. Read `guides` for what a sender is told.
"""
