"""Heartbeats to people: the screen, `/api/v1/heartbeats` and `tocsin heartbeat`."""
