"""Alertmanager API v2: what Prometheus posts to, and what amtool, karma and Grafana read.

`answer.py` takes alerts in the front. Everything else is Django's: `urls.py` names the operations, `call.py` asks who
calls and words refusals, `views.py` and `silences.py` ask a room and word the answer by `shapes.py`.
"""
