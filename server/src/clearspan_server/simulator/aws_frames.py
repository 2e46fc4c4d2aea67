"""Writes AWS event streams: each event is a frame of headers and JSON, with checksums.

A frame is the length of all of it, the length of its headers, the CRC-32 of these eight bytes, the
headers, the payload, and the CRC-32 of everything before.
https://smithy.io/2.0/aws/amazon-eventstream.html
"""

import json
import struct
import zlib
from collections.abc import Mapping

MEDIA_TYPE = "application/vnd.amazon.eventstream"

_PRELUDE_BYTES = 12
_CHECKSUM_BYTES = 4
_STRING = 7  # the type of a header whose value is text


def event(kind: str, body: Mapping[str, object]) -> bytes:
    """An event of that type."""
    return _frame({":event-type": kind}, "event", body)


def exception(kind: str, body: Mapping[str, object]) -> bytes:
    """An exception of that type: what a stream ends with that fails."""
    return _frame({":exception-type": kind}, "exception", body)


def _frame(kind: Mapping[str, str], message_type: str, body: Mapping[str, object]) -> bytes:
    told = {**kind, ":content-type": "application/json", ":message-type": message_type}
    headers = b"".join(_header(name, value) for name, value in told.items())
    payload = json.dumps(body).encode()
    size = _PRELUDE_BYTES + len(headers) + len(payload) + _CHECKSUM_BYTES
    prelude = struct.pack(">II", size, len(headers))
    frame = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return frame + struct.pack(">I", zlib.crc32(frame))


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack(">B", len(key)) + key + struct.pack(">BH", _STRING, len(text)) + text
