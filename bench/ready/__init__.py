"""How long a warm node takes from its start until /healthz says ok (goal: 5 s)."""
