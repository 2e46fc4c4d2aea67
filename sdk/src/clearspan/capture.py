"""Copies values of the program: plain, bounded, and without running any of its code."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MemberDescriptorType
from typing import Any

MAX_TEXT_CHARS = 65_536
MAX_ITEMS = 1_000
MAX_NODES = 20_000
MAX_DEPTH = 16

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


# By built-in type, how to look inside a value of it or of a subclass without calling a method that
# the subclass may have replaced.
_SAFELY: dict[type, Callable[..., Any]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    dict: lambda value: list(dict.items(value)),
    list: list.copy,
    tuple: lambda value: list(tuple.__iter__(value)),
    set: lambda value: list(set.__iter__(value)),
    frozenset: lambda value: list(frozenset.__iter__(value)),
}


@dataclass(slots=True)
class Mode:
    """What this process captures."""

    content: bool = True  # what users and models wrote, including messages of exceptions


mode = Mode()


def plain(value: object) -> tuple[object, int | None]:
    """A copy made of dict, list, str, int, float, bool and None, and its full size if it was cut.

    Data classes, pydantic models and attrs classes become dicts of the fields that they show in
    their own repr; any other object becomes its type's name in angle brackets. Properties,
    ``__repr__`` and ``__getattr__`` of the program are not run.

    Returns:
        The copy, and the UTF-8 bytes of all text in the uncut value: None when nothing was cut,
        0 when items were left out and their size is not known.
    """
    copier = _Copier()
    copy = copier.copy(value, 0)
    if copier.left_out:
        return copy, 0
    return copy, copier.full_bytes if copier.cut else None


class _Copier:
    """One copy in the making, with what is left of its bounds."""

    __slots__ = ("cut", "full_bytes", "left_out", "nodes_left")

    def __init__(self) -> None:
        self.full_bytes = 0
        self.nodes_left = MAX_NODES
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
        self.nodes_left -= 1
        if depth >= MAX_DEPTH or self.nodes_left <= 0:
            self.left_out = True
            return "…"
        if built_in is dict:
            return self._mapping(_SAFELY[dict](value), depth)
        if built_in is not object:
            return self._sequence(_SAFELY[built_in](value), depth)
        shown = _shown_fields(value)
        return _label(value) if shown is None else self._mapping(shown, depth)

    def _text(self, text: str) -> str:
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        self.full_bytes += size
        if len(text) <= MAX_TEXT_CHARS:
            return text
        self.cut = True
        return text[:MAX_TEXT_CHARS]

    def _mapping(self, items: list[tuple[object, object]], depth: int) -> dict[str, object]:
        self.left_out |= len(items) > MAX_ITEMS
        return {self._key(key): self.copy(value, depth + 1) for key, value in items[:MAX_ITEMS]}

    def _key(self, key: object) -> str:
        if str in type(key).__mro__:
            return str.__str__(key)[:MAX_TEXT_CHARS]
        return str(key) if type(key) in ATOMS else _label(key)

    def _sequence(self, items: list[object], depth: int) -> list[object]:
        copies = [self.copy(item, depth + 1) for item in items[:MAX_ITEMS]]
        if len(items) > MAX_ITEMS:
            self.left_out = True
            copies.append(f"… {len(items) - MAX_ITEMS} more")
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
