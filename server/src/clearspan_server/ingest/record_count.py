"""How many records a request may have, found out before any of them is read.

A tiny record is a few bytes on the wire, fewer when compressed, and a thousand times that while it is taken.
"""

from collections.abc import Iterator

from clearspan_server.errors import TooLarge

MAX_RECORDS = 100_000  # with their resources and scopes; half a minute's work at the very most
_LEAST_BYTES = 2  # of a record in protobuf: its tag and its length
_GROUP_TAG, _INNER_TAG = 1 << 3 | 2, 2 << 3 | 2  # requests of all three signals are numbered alike
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_NO_TYPE = 6  # and above


def bound_protobuf(body: bytes) -> None:
    """Say no to a request with too many records; what is no such request is for its parser to say.

    Raises:
        TooLarge: it has more than `MAX_RECORDS`.
    """
    if len(body) <= MAX_RECORDS * _LEAST_BYTES:
        return
    found = 0
    try:
        for _ in _parts(body):
            found += 1
            bound(found)
    except IndexError:  # it ends within a field
        return


def bound(found: int) -> None:
    """Say no to a number of records.

    Raises:
        TooLarge: there are more than `MAX_RECORDS`.
    """
    if found > MAX_RECORDS:
        raise TooLarge(f"the request has more than {MAX_RECORDS} records; send them in several")


def _parts(body: bytes) -> Iterator[int]:
    """Where each field of the request, of its groups and of their scopes begins: records among them."""
    for group_tag, group, group_end in _fields(body, 0, len(body)):
        yield group
        if group_tag != _GROUP_TAG:
            continue
        for scope_tag, scope, scope_end in _fields(body, group, group_end):
            yield scope
            if scope_tag == _INNER_TAG:
                yield from (record for _, record, _ in _fields(body, scope, scope_end))


def _fields(body: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Tag, begin and end of each field of a message; one that opens or closes a group is empty."""
    while at < end:
        tag, at = _number(body, at)
        kind = tag & 7
        size = 0
        if kind == _BYTES:
            size, at = _number(body, at)
        elif kind == _VARINT:
            _, at = _number(body, at)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            size = 8 if kind == _EIGHT_BYTES else 4
        elif kind >= _NO_TYPE:
            return
        yield tag, at, min(at + size, end)
        at += size


def _number(body: bytes, at: int) -> tuple[int, int]:
    """A varint and where it ends."""
    byte = body[at]
    if byte < 0x80:
        return byte, at + 1
    number, shift = byte & 0x7F, 7
    while byte >= 0x80:
        at += 1
        byte = body[at]
        number |= (byte & 0x7F) << shift
        shift += 7
        if shift > 70:  # longer than any number; the parser refuses it
            raise IndexError(at)
    return number, at + 1
