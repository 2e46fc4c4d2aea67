"""Langfuse's ids, which are texts of any form, as ids in hex."""

import hashlib
import re

MAX_ID_CHARS = 800

_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16  # which are no ids

_HEX = re.compile(r"[0-9a-f]+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def trace_id(own_id: str) -> str:
    """The 32 hex digits that stand for Langfuse's id of a trace: its own where it is hex or a UUID, else a hash."""
    plain = own_id.lower()
    plain = plain.replace("-", "") if _UUID.fullmatch(plain) else plain
    if len(plain) == len(_NO_TRACE) and _HEX.fullmatch(plain) and plain != _NO_TRACE:
        return plain
    return _hashed(own_id, 16)


def span_id(own_id: str) -> str:
    """The 16 hex digits that stand for Langfuse's id of a span: its own where it has 16, else a hash."""
    plain = own_id.lower()
    if len(plain) == len(_NO_SPAN) and _HEX.fullmatch(plain) and plain != _NO_SPAN:
        return plain
    return _hashed(own_id, 8)


def root_id(own_id: str) -> str:
    """The id of the span that stands for a trace."""
    return _hashed(f"trace:{own_id}", 8)


def _hashed(own_id: str, size: int) -> str:
    return hashlib.blake2b(own_id.encode(), digest_size=size).hexdigest()
