"""The channels there are. Another adds one line here, or an entry point in the group `tocsin.channels`."""

from __future__ import annotations

from tocsin.channels.adapters.email import EmailChannel
from tocsin.channels.adapters.file import FileChannel
from tocsin.channels.adapters.webhook import WebhookChannel
from tocsin.channels.ports import Channel
from tocsin.core.registry import Registry

CHANNELS: Registry[Channel] = Registry("tocsin.channels", (EmailChannel(), FileChannel(), WebhookChannel()))
