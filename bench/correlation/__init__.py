"""How good the correlation engine is, and how we know. Run `python -m bench.correlation`."""
