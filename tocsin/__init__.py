"""Tocsin: one record from the first alert to the audited fix. ARCHITECTURE.md is the map."""

__version__ = "0.1.0"
