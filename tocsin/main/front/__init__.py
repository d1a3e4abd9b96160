"""The front: the one public port. Intake and live streams are answered here; the rest goes to the screens' process.

Nothing here reaches Django. Read `app` first.
"""
