"""Accounts: the organisation, its people and teams, their roles, keys and sign-in; who may do what.

Read `rules` first: Actor, Verb, Scope and `may`. Contacts (how to reach a person) live in `channels`.
"""
