"""Core: what every room stands on, and no product nouns.

A closed list: errors, clock, ids, refs, registry, queue, http, config, keyring, blobs, live, metrics, postgres.
`errors`, `ids`, `refs`, `registry`, `config`, `keyring` and `metrics` never reach Django, so that the intake may use
them. Read `queue` first: everything that happens later goes through it.
"""
