"""Maintenance windows to people: the screen, `/api/v1/maintenance` and `tocsin maintenance`."""
