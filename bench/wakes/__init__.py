"""Who is woken in a storm, and when, by the rules that the digest goes by. Run `python -m bench.wakes`."""
