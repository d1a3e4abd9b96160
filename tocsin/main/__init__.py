"""Main: the composition root. Settings, URLs, processes, the command line, and `wiring`, the one page of reactions."""
