"""The screens of alerts: the inbox, an alert, a group, silences."""
