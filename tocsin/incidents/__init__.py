"""Incidents: declared trouble, by the engine or by a person; an item with a severity, a cause, roles and a clock.

Here: the incident's workflow, its reactions to groups and pages, the three-minute clock, the summary of what is known.
Not here: what machines say (`alerts`), who is woken (`paging`), the record itself (`items`). Read `rules` first.
"""
