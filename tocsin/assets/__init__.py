"""Assets: what is run and owned: services, who owns them, how much they matter, what they depend on.

Services that only alerts have named are here too, with source "seen". Read `models` first.
"""
