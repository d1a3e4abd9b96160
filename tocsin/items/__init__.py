"""Items: one numbered, typed, linked record for everything people work on (an incident today, a change tomorrow).

Here: projects and their numbers, workflow, assignee, comments, links, history. Not here: what is special about a
type; the room above keeps that in a table of its own and brings its workflow (`ports.plug_types`). Read `rules` first.
"""
