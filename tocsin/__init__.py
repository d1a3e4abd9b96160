"""Tocsin: one record from the first alert to the audited fix. ARCHITECTURE.md is the map."""
