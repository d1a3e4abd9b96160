"""What `bin/check` is made of: the house rules that no ready-made linter knows, each with a message and a test.

`check.py` runs all steps; `sources.py` and `texts.py` hold the rules that read files, `records.py` those that walk the
models, `reference.py` writes the reference pages from the code and compares them.
"""
