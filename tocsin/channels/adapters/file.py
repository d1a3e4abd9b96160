"""A file that messages are appended to, one JSON object a line: for trying Tocsin out, and for programs that tail."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext

from tocsin.channels.ports import ChannelError, Setup
from tocsin.channels.rules import AddressField, Capability, Outgoing, Receipt
from tocsin.core.errors import InvalidInput

MAX_ADDRESS = 120


@dataclass(frozen=True, slots=True)
class FileChannel:
    """Appends to TOCSIN_PAGES_FILE. The address is only a name in the line."""

    kind: ClassVar = "file"
    label: ClassVar = "File on the server"
    field: ClassVar = AddressField(
        label="Name in the file", help="Written into each line, so that readers can tell people apart.", example="anna"
    )
    capabilities: ClassVar = frozenset({Capability.LINKS, Capability.REPEATABLE})

    def parse_address(self, text: str) -> str:
        address = text.strip()
        if not address or len(address) > MAX_ADDRESS or not address.isprintable():
            raise InvalidInput("A name in the file has 1 to {most} printable characters.", most=MAX_ADDRESS)
        return address

    def trouble(self, setup: Setup) -> str:
        folder = setup.config.pages_path.parent
        if folder.is_dir() and not os.access(folder, os.W_OK):
            told = gettext("{folder} cannot be written to: change its owner, or set TOCSIN_PAGES_FILE.")
            return told.format(folder=folder)
        return ""

    def send(self, outgoing: Outgoing, setup: Setup) -> Receipt:
        path = setup.config.pages_path
        line = json.dumps(_line(outgoing), ensure_ascii=False) + "\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # One write to a file opened for appending: lines of several nodes never mix.
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line.encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise ChannelError(f"{path} cannot be written: {error.strerror}") from error
        return Receipt(detail=str(path))


def _line(outgoing: Outgoing) -> dict[str, str]:
    return {
        "at": outgoing.now.isoformat(),
        "key": outgoing.key,
        "kind": outgoing.kind.value,
        "to": outgoing.address,
        "title": outgoing.message.title,
        "text": outgoing.message.text,
        "link": outgoing.message.link,
        "label": outgoing.message.label,
        "language": outgoing.message.language,
        "thread": outgoing.thread,
    }
