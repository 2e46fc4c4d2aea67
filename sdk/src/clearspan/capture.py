"""Copies values of the program: plain, bounded, and without running any of its code."""

from collections.abc import Callable, Iterable
from itertools import islice
from sys import getsizeof
from types import MemberDescriptorType
from typing import Any, NamedTuple

from clearspan.errors import report

MAX_TEXT_CHARS = 65_536
SHORT_KEY_CHARS, MAX_KEY_CHARS = 64, 1_024
MAX_ITEMS = 1_000  # of one list or dict
# Of one value in all, so that neither the time nor the memory of a copy depends on the original.
MAX_NODES = 20_000
MAX_ALL_CHARS = 4_000_000
MAX_DEPTH = 16
NODE_BYTES = 100  # about what an item and its place in a list or dict take, besides its text

ATOMS = frozenset({bool, int, float, type(None)})

# Written by C code alone, so printing them is safe.
_PRINTED = frozenset(
    {
        ("datetime", "datetime"),
        ("datetime", "date"),
        ("datetime", "time"),
        ("datetime", "timedelta"),
        ("decimal", "Decimal"),
        ("uuid", "UUID"),
        ("pathlib", "PosixPath"),
        ("pathlib", "WindowsPath"),
        ("pathlib._local", "PosixPath"),
        ("pathlib._local", "WindowsPath"),
    }
)


# By built-in type, how to read a value of it or of a subclass, or the first items of one, without
# calling a method that the subclass may have replaced.
_SAFELY: dict[type, Callable[..., Any]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    dict: lambda value, count: list(islice(dict.items(value), count)),
    list: lambda value, count: list.__getitem__(value, slice(count)),
    tuple: lambda value, count: tuple.__getitem__(value, slice(count)),
    set: lambda value, count: list(islice(set.__iter__(value), count)),
    frozenset: lambda value, count: list(islice(frozenset.__iter__(value), count)),
}


class Mode:
    """What this process captures now."""

    __slots__ = ("content",)

    def __init__(self) -> None:
        self.content = True  # what users and models wrote, including messages of exceptions


mode = Mode()


class Copy(NamedTuple):
    """A plain copy of a value."""

    value: object
    size_bytes: int  # about what it takes in memory
    # UTF-8 bytes of all text in the uncut value: None when nothing was cut, 0 when not known.
    full_bytes: int | None


def plain(value: object) -> Copy:
    """A copy made of dict, list, str, int, float, bool and None.

    Data classes, pydantic models and attrs classes become dicts of the fields that they show in
    their own repr; any other object becomes its type's name in angle brackets. Properties,
    ``__repr__`` and ``__getattr__`` of the program are not run, and what is beyond the bounds is
    not looked at.
    """
    copier = _Copier()
    try:
        copy = copier.copy(value, 0)
    except Exception as error:  # noqa: BLE001  # the funnel: capturing never harms
        report(error, "copying a value")
        return Copy(None, 0, None)
    size_bytes = copier.text_bytes + NODE_BYTES * (MAX_NODES - copier.nodes_left)
    if copier.left_out:
        return Copy(copy, size_bytes, 0)
    return Copy(copy, size_bytes, copier.full_bytes if copier.cut else None)


class _Copier:
    """One copy in the making, with what is left of its bounds."""

    __slots__ = ("chars_left", "cut", "full_bytes", "left_out", "nodes_left", "text_bytes")

    def __init__(self) -> None:
        self.full_bytes = 0
        self.text_bytes = 0  # of what is kept, in memory
        self.nodes_left = MAX_NODES
        self.chars_left = MAX_ALL_CHARS
        self.cut = False
        self.left_out = False

    def copy(self, value: object, depth: int) -> object:
        kind = type(value)
        if kind in ATOMS:
            return value
        if kind is str:
            return self._text(str(value))
        # Not isinstance, which asks the object for its class: a lazy proxy would load itself.
        built_in = kind if kind in _SAFELY else _built_in(kind)
        if built_in is str:
            return self._text(str.__str__(value))
        if built_in in ATOMS:
            return _SAFELY[built_in](value)
        if depth >= MAX_DEPTH:
            self.left_out = True
            return "…"
        if built_in is dict:
            return self._mapping(self._items(dict, value)[0], depth + 1)
        if built_in is not object:
            return self._sequence(*self._items(built_in, value), depth + 1)
        shown = _shown_fields(value)
        if shown is None:
            return _label(value)
        return self._mapping(self._items(list, shown)[0], depth + 1)

    def _items(self, built_in: type, value: object) -> tuple[list[Any], int]:
        """The items of ``value`` that are within the bounds, and how many are not."""
        items = _SAFELY[built_in](value, min(MAX_ITEMS, self.nodes_left))
        self.nodes_left -= len(items)
        beyond: int = built_in.__len__(value) - len(items)  # type: ignore[attr-defined]  # those in _SAFELY have it
        if beyond:
            self.left_out = True
        return items, beyond

    def _text(self, text: str) -> str:
        if text.isascii():
            full_bytes = len(text)
        elif len(text) <= MAX_ALL_CHARS:
            full_bytes = len(text.encode("utf-8", "surrogatepass"))
        else:  # measuring it would take as much memory again
            full_bytes = 0
            self.left_out = True
        self.full_bytes += full_bytes
        if len(text) > MAX_TEXT_CHARS or len(text) > self.chars_left:
            self.cut = True
            text = text[: min(MAX_TEXT_CHARS, self.chars_left)]
            self.text_bytes += getsizeof(text)
        else:
            self.text_bytes += full_bytes
        self.chars_left -= len(text)
        return text

    def _mapping(self, items: Iterable[tuple[object, object]], depth: int) -> dict[str, object]:
        return {
            self._key(key): value if type(value) in ATOMS else self.copy(value, depth)
            for key, value in items
        }

    def _key(self, key: object) -> str:
        if type(key) is str and len(key) < SHORT_KEY_CHARS:
            return key
        if str in type(key).__mro__:
            text = str.__str__(key)[:MAX_KEY_CHARS]
            self.text_bytes += getsizeof(text)
            return text
        return str(key) if type(key) in ATOMS else _label(key)

    def _sequence(self, items: Iterable[object], beyond: int, depth: int) -> list[object]:
        copies = [item if type(item) in ATOMS else self.copy(item, depth) for item in items]
        if beyond:
            copies.append(f"… {beyond} more")
        return copies


def _built_in(kind: type) -> type:
    return next((ancestor for ancestor in kind.__mro__ if ancestor in _SAFELY), object)


def _label(value: object) -> str:
    """What stands for an object that is not plain data."""
    kind = type(value)
    if type(value) is bytes:
        return f"<{len(value)} bytes>"
    if (kind.__module__, kind.__qualname__) in _PRINTED:
        return str(value)
    member = _instance_dict(value).get("_name_")
    if type(member) is str:  # an enum member
        return f"{kind.__qualname__}.{member}"
    return f"<{kind.__module__}.{kind.__qualname__}>"


def _shown_fields(value: object) -> list[tuple[object, object]] | None:
    """Names and values of a data class, pydantic model or attrs class; None for other objects."""
    names = _field_names(type(value))
    if names is None:
        return None
    state = _instance_dict(value)
    return [(name, state[name] if name in state else _slot(value, name)) for name in names]


def _field_names(kind: type) -> list[str] | None:
    """The fields shown in the class's own repr, so that a field declared secret stays so."""
    for ancestor in kind.__mro__:
        for marker in ("__dataclass_fields__", "__pydantic_fields__"):
            fields = ancestor.__dict__.get(marker)
            if type(fields) is dict:
                return [name for name, field in fields.items() if field.repr]
        if "__attrs_attrs__" in ancestor.__dict__:
            return [field.name for field in ancestor.__dict__["__attrs_attrs__"] if field.repr]
    return None


def _instance_dict(value: object) -> dict[str, object]:
    try:
        state = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return state if type(state) is dict else {}


def _slot(value: object, name: str) -> object:
    for ancestor in type(value).__mro__:
        descriptor = ancestor.__dict__.get(name)
        if type(descriptor) is MemberDescriptorType:
            try:
                return descriptor.__get__(value)
            except AttributeError:  # a slot that was never filled
                return None
    return None
