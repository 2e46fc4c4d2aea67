"""JSON requests, also those that a strict reader refuses: text that is no UTF-8, lone surrogates, NaN, huge numbers.

The strict reader gives up on a whole request for one bad string. Then the standard library reads it once more; the
text is repaired, and what was repaired is told for each record.
"""

import json
from collections.abc import Iterator
from typing import Any

import orjson

from clearspan_server.errors import BadInput
from clearspan_server.ingest.record_count import bound
from clearspan_server.ingest.tolerant import Marks
from clearspan_server.model.half_characters import mend, mended, mended_text

_INTEGER_DIGITS = 40  # more is no count of anything, and slow to read; it stays text


def parse_json(body: bytes, names: tuple[str, str, str]) -> tuple[Any, Marks]:
    """An OTLP export request in JSON, and what had to be repaired in which of its records: `field:what`.

    Args:
        body: The JSON text.
        names: Of the lists that hold the groups of a resource, the groups of a scope, the records.

    Raises:
        BadInput: the body is not JSON; the message says where.
        TooLarge: it has too many records.
    """
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        request = _loosely(body, error)
    else:
        _bound(request, names)
        return request, {}
    _bound(request, names)
    repaired = _mended_records(request, names)
    return request, {place: marks for place, marks in repaired if marks}


def read_json(body: bytes) -> Any:  # noqa: ANN401 - foreign JSON
    """Any JSON, its texts repaired.

    Raises:
        BadInput: the body is not JSON; the message says where.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return mended(_loosely(body, error))


def _loosely(body: bytes, error: orjson.JSONDecodeError) -> Any:  # noqa: ANN401 - foreign JSON
    """What the strict reader has refused, for this reason."""
    try:
        text = body.decode("utf-8-sig", "surrogateescape")
        return json.loads(text, parse_int=_int, strict=False)
    except (ValueError, RecursionError):
        raise BadInput(f"the body is not JSON: {error}") from error


def _bound(request: object, names: tuple[str, str, str]) -> None:
    groups = _children(request, names[0])
    bound(found := len(groups))
    for group in groups:
        scopes = _children(group, names[1])
        bound(found := found + len(scopes))
        for scope in scopes:
            bound(found := found + len(_children(scope, names[2])))


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) <= _INTEGER_DIGITS else digits


def _mended_records(
    request: object, names: tuple[str, str, str]
) -> Iterator[tuple[tuple[int, int, int], list[str]]]:
    """Repair a request in place; where each record stands, and what was repaired of it and what it shares."""
    for i, group in enumerate(_children(request, names[0])):
        of_resource = _mend_fields(group, names[1])
        for j, scope in enumerate(_children(group, names[1])):
            shared = of_resource + _mend_fields(scope, names[2])
            for k, record in enumerate(_children(scope, names[2])):
                yield (i, j, k), shared + _mend_fields(record, "")


def _children(owner: object, name: str) -> list[object]:
    """The list of that name; none where the request has another shape, which is for the decoder to say."""
    found = owner.get(name) if isinstance(owner, dict) else None
    return found if isinstance(found, list) else []


def _mend_fields(record: object, skip: str) -> list[str]:
    """Repair an object in place, but for one field; what was repaired, a mark a field."""
    if not isinstance(record, dict):
        return []
    marks = []
    for name in [name for name in record if name != skip]:
        field = {name: record[name]}
        if mend(field):
            marks.append(f"{mended_text(name)}:invalid UTF-8, repaired")
            record.update(field)
    return marks
