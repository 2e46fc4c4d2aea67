"""Protobuf requests that the strict parser refuses, mended: text that is no UTF-8, values nested too deep for it.

The strict parser gives up on a whole request for one bad string, and on values nested about 30 deep. Here the same
messages are read with every `string` and every nested value declared as `bytes`, which is the same on the wire; text
is repaired, what lies too deep becomes text, and what was repaired is told for each record. The result is parsed
strictly again, so that the decoders know one form only.
"""

import base64
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor, FileDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import Default, DescriptorPool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

from clearspan_server.errors import BadInput
from clearspan_server.ingest.coerce import to_json
from clearspan_server.ingest.draft import Value
from clearspan_server.ingest.record_count import bound_protobuf
from clearspan_server.ingest.wire_values import MAX_DEPTH, MAX_TEXT_DEPTH, finite

_Request = TypeVar("_Request", bound=Message)
Marks = dict[tuple[int, int, int], list[str]]  # of resource, scope and record → what was repaired

_ARRAY, _KEY_VALUES = ArrayValue.DESCRIPTOR.full_name, KeyValueList.DESCRIPTOR.full_name
_LISTS = {"array_value": _ARRAY, "kvlist_value": _KEY_VALUES}
_LIST_FIELDS = frozenset(AnyValue.DESCRIPTOR.fields_by_name[name].full_name for name in _LISTS)
# Each level of a value is copied to be looked into: what is large is left alone further down, as base64 text.
_LARGE_BYTES = 1024 * 1024
_LARGE_DEPTH = 8
_ANY_VALUE = AnyValue.DESCRIPTOR.full_name


def parse(kind: type[_Request], body: bytes) -> tuple[_Request, Marks]:
    """An OTLP export request, and what had to be repaired in which of its records: `field:what`.

    Raises:
        BadInput: the body is not such a message.
        TooLarge: it has too many records.
    """
    bound_protobuf(body)
    try:
        return kind.FromString(body), {}
    except DecodeError as error:
        try:
            return _mended(kind, body)
        except DecodeError:
            raise BadInput(
                f"the body of {len(body)} bytes is not an {kind.__name__}: {error}"
            ) from error


def _mended(kind: type[_Request], body: bytes) -> tuple[_Request, Marks]:
    request = _tolerant(kind.DESCRIPTOR.full_name).FromString(body)
    marks = {place: repaired for place, repaired in _mended_records(request) if repaired}
    return kind.FromString(request.SerializeToString()), marks


def _mended_records(request: Message) -> Iterator[tuple[tuple[int, int, int], list[str]]]:
    """Repair a request in place; where each record stands, and what was repaired of it and what it shares."""
    # Requests of all three signals are numbered alike: 1 the resource or scope, 2 what it holds.
    for i, group in enumerate(_children(request, 1)):
        of_resource = _mend_fields(group, skip=2)
        for j, scope in enumerate(_children(group, 2)):
            shared = of_resource + _mend_fields(scope, skip=2)
            for k, record in enumerate(_children(scope, 2)):
                yield (i, j, k), shared + _mend_fields(record)


def _children(message: Message, number: int) -> Sequence[Message]:
    name = message.DESCRIPTOR.fields_by_number[number].name
    children: Sequence[Message] = getattr(message, name)
    return children


def _mend_fields(message: Message, skip: int = 0) -> list[str]:
    """Repair a message in place, but for the field of number `skip`; what was repaired, a mark a field."""
    return [
        f"{field.name}:invalid UTF-8, repaired"
        for field, held in message.ListFields()
        if field.number != skip and _mend_field(message, field, held)
    ]


def _mend_field(message: Message, field: FieldDescriptor, held: Any) -> bool:  # noqa: ANN401 - of any field
    many = list(held) if field.is_repeated else [held]
    if field.message_type is not None:
        return any([_mend(one) for one in many])  # noqa: C419 - each is mended, not only the first
    if not _is_text(field.full_name):
        return False
    clean = [_repaired(one) for one in many]
    if clean == many:
        return False
    if field.is_repeated:
        held[:] = clean
    else:
        setattr(message, field.name, clean[0])
    return True


def _mend(message: Message) -> bool:
    if message.DESCRIPTOR.full_name == _ANY_VALUE:
        return _mend_value(message, 0)
    return bool(_mend_fields(message))


def _mend_value(value: Any, depth: int) -> bool:  # noqa: ANN401 - of a class made at run time
    """Repair an attribute's value in place; a list at the greatest depth becomes text."""
    which = value.WhichOneof("value")
    if which == "string_value" or (which in _LISTS and depth == MAX_DEPTH):
        raw = value.string_value or _text(value)
        value.string_value = _repaired(raw)
        return bool(value.string_value != raw)
    if which not in _LISTS:
        return False
    raw = getattr(value, which)
    if depth >= _LARGE_DEPTH and len(raw) > _LARGE_BYTES:
        value.bytes_value = raw
        return False
    held = _tolerant(_LISTS[which]).FromString(raw)
    bad = False
    for item in held.values:
        if which == "kvlist_value":
            clean = _repaired(item.key)
            bad |= clean != item.key
            item.key = clean
        bad |= _mend_value(item if which == "array_value" else item.value, depth + 1)
    setattr(value, which, held.SerializeToString())
    return bad


def _text(value: Any) -> bytes:  # noqa: ANN401 - of a class made at run time
    """A list as JSON; its texts as they came, repaired or not."""
    return to_json(_plain(value, MAX_DEPTH)).encode("utf-8", "surrogateescape")


def _plain(value: Any, depth: int) -> Value:  # noqa: ANN401 - of a class made at run time
    """A value as wire_values.value_of gives it; bytes of texts that are no UTF-8 come as surrogates."""
    which = value.WhichOneof("value")
    if which is None:
        return None
    if which == "string_value":
        text: str = value.string_value.decode("utf-8", "surrogateescape")
        return text
    held: Any = getattr(value, which)
    if which == "bytes_value" or depth > MAX_TEXT_DEPTH:
        return base64.b64encode(held).decode()
    if which == "array_value":
        return [_plain(item, depth + 1) for item in _tolerant(_ARRAY).FromString(held).values]
    if which == "kvlist_value":
        return {
            pair.key.decode("utf-8", "surrogateescape"): _plain(pair.value, depth + 1)
            for pair in _tolerant(_KEY_VALUES).FromString(held).values
        }
    return finite(held) if which == "double_value" else held


def _repaired(text: bytes) -> bytes:
    return text.decode("utf-8", "replace").encode()


@cache
def _is_text(field_name: str) -> bool:
    """Whether a field that is now `bytes` was declared a `string`."""
    return bool(Default().FindFieldByName(field_name).type == FieldDescriptor.TYPE_STRING)


@cache
def _tolerant(name: str) -> type[Any]:
    """The same message declared so that it takes what the strict one refuses."""
    pool = DescriptorPool()
    for file in _with_dependencies(Default().FindMessageTypeByName(name).file):
        declared = FileDescriptorProto()
        file.CopyToProto(declared)
        for message in declared.message_type:
            _loosen(message, f"{declared.package}.{message.name}")
        pool.Add(declared)
    return GetMessageClass(pool.FindMessageTypeByName(name))


def _with_dependencies(file: FileDescriptor) -> Iterator[FileDescriptor]:
    for one in file.dependencies:
        yield from _with_dependencies(one)
    yield file


def _loosen(message: DescriptorProto, name: str) -> None:
    for field in message.field:
        if field.type == FieldDescriptorProto.TYPE_STRING:
            field.type = FieldDescriptorProto.TYPE_BYTES
        elif f"{name}.{field.name}" in _LIST_FIELDS:
            field.type = FieldDescriptorProto.TYPE_BYTES
            field.ClearField("type_name")
    for nested in message.nested_type:
        _loosen(nested, f"{name}.{nested.name}")
