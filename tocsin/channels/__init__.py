"""Channels: carrying a message to a person, once, by whatever reaches them.

Here: contacts, deliveries and the adapters (one file each in ``adapters``, one line each in ``registry``). Not here:
whom to tell and when (``paging``). Read ``rules`` first, then ``actions.queue_delivery`` and ``sending.send_due``.
"""
