"""Django's PostgreSQL backend, with answers that have to come."""
