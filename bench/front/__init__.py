"""What screens under load do to the intake: Django in the front's own process, or behind a Unix socket (ADR 0003)."""
