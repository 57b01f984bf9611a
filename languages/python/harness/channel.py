"""The private channel: frames on descriptor 3, replies on descriptor 4, length-prefixed."""

import os

_read, _write = os.read, os.write


def receive():
    """Return the next frame, or None after the last."""
    head = _exactly(4)
    return None if head is None else _exactly(int.from_bytes(head, "big"))


def _exactly(size):
    parts = []
    while size:
        part = _read(3, size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def send(payload):
    """Answer the frame."""
    data = len(payload).to_bytes(4, "big") + payload
    while data:
        data = data[_write(4, data) :]
