"""Which models a request asks for, read from its body as it passes: the names at the top of one JSON object.

Nothing is held but a name that is just coming. A key that may call some models only must not be led around: every
name counts, however often and in whatever case it is written (servers written in Go take `Model` for `model`), and
lists of models to fall back to, too.
"""

import re

import orjson

from clearspan_server.errors import BadInput

_NAMES = frozenset(("model", "models"))
_MOST_NAME_BYTES = 200
_MOST_VALUE_BYTES = 16 * 1024
_MARK = re.compile(rb'["{}\[\],:]')
_DEEP_MARK = re.compile(rb'["{}\[\]]')
_STRING_MARK = re.compile(rb'["\\]')
_OPENING, _CLOSING = b"{[", b"}]"


class ModelScan:
    """Takes a body in any slices; `found` are the models so far, in order."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._depth = 0
        self._has_begun, self._is_object = False, True
        self._is_string = self._is_escaped = False
        self._is_name = True  # at the top, whether a name comes next, or a value
        self._held: bytearray | None = None  # of the name or value that is coming, where it matters
        self._name = ""

    def feed(self, data: bytes) -> None:
        """The next bytes.

        Raises:
            BadInput: a model is named in a way that nobody means.
        """
        at = 0
        if not self._has_begun and data.strip():
            self._has_begun = True
            self._is_object = data.lstrip().startswith(b"{")
        while at < len(data) and self._is_object:
            at = self._in_string(data, at) if self._is_string else self._outside(data, at)

    def _in_string(self, data: bytes, at: int) -> int:
        if self._is_escaped:
            self._is_escaped = False
            self._keep(data[at : at + 1])
            return at + 1
        mark = _STRING_MARK.search(data, at)
        end = mark.end() if mark else len(data)
        self._keep(data[at:end])
        if mark is None:
            return end
        self._is_escaped = mark[0] == b"\\"
        if mark[0] == b'"':
            self._is_string = False
        return end

    def _outside(self, data: bytes, at: int) -> int:
        is_deep = self._depth > 1 and self._held is None
        mark = (_DEEP_MARK if is_deep else _MARK).search(data, at)
        if not self._is_name:  # what stands around a name is none of it, however much there is
            self._keep(data[at : mark.start() if mark else len(data)])
        if mark is None:
            return len(data)
        self._marked(mark[0])
        return mark.end()

    def _marked(self, mark: bytes) -> None:
        """What a sign outside of strings means."""
        is_top = self._depth == 1
        if is_top and mark == b":" and self._is_name:
            self._name_ends()
            return
        if is_top and mark in (b",", b"}"):
            self._value_ends()
        elif is_top and mark == b'"' and self._is_name:
            self._held = bytearray()
        if mark == b'"':
            self._is_string = True
        elif mark in _OPENING:
            self._depth += 1
        elif mark in _CLOSING:
            self._depth -= 1
        self._keep(mark)

    def _name_ends(self) -> None:
        self._name = str(_read(bytes(self._held or b""))).lower()
        self._is_name = False
        self._held = bytearray() if self._name in _NAMES else None

    def _value_ends(self) -> None:
        if self._held is not None and not self._is_name:
            self._take(_read(bytes(self._held)))
        self._held, self._is_name = None, True

    def _take(self, value: object) -> None:
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, str):
                raise BadInput(
                    f"the request names the {self._name} {value!r:.100}, which is no name"
                )
            self.found.append(one)

    def _keep(self, data: bytes) -> None:
        if self._held is None:
            return
        self._held += data
        if len(self._held) > (_MOST_NAME_BYTES if self._is_name else _MOST_VALUE_BYTES):
            if not self._is_name:
                raise BadInput(f"the {self._name} of the request is too long to be read")
            self._held = None  # no name that counts is so long


def _read(held: bytes) -> object:
    try:
        return orjson.loads(held)
    except orjson.JSONDecodeError:
        return None
