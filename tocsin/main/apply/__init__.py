"""The company file: everything an organisation declares, in one YAML document that can be applied again and again.

``read`` turns text into a typed ``Document`` or into every problem found, each with its line; ``plan`` compares two
documents; ``render`` shows the difference; ``dump`` writes a document back. All of it is pure: what carries a plan out
calls the rooms' actions. Read ``document.py`` first.
"""
