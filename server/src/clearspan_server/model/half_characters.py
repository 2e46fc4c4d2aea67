"""Halves of characters in JSON: a text that was cut within an emoji holds one, and no UTF-8 can be written of it."""

import json
import re
from typing import Any

_SURROGATES = re.compile("[\ud800-\udfff]+")
_REPLACEMENT = "\ufffd"
_ESCAPED = "\\ud"  # how `json.dumps` begins each of them


def mended_text(text: str) -> str:
    """The text with a mark in place of what is no character."""
    return _SURROGATES.sub(_REPLACEMENT, text)


def mended(value: Any) -> Any:  # noqa: ANN401 - foreign JSON
    """The value with every text and key in it repaired; objects and lists are repaired in place."""
    held = {"value": value}
    mend(held)
    return held["value"]


def mend(root: dict[str, Any]) -> bool:
    """Repair every text below, in place; whether there was anything to repair. Deep nesting is no recursion."""
    bad = False
    rest: list[Any] = [root]
    while rest:
        node = rest.pop()
        for key, held in list(node.items() if isinstance(node, dict) else enumerate(node)):
            if isinstance(held, (dict, list)):
                rest.append(held)
            elif isinstance(held, str) and _SURROGATES.search(held):
                node[key] = mended_text(held)
                bad = True
            if isinstance(key, str) and _SURROGATES.search(key):
                node[mended_text(key)] = node.pop(key)
                bad = True
    return bad


def read_stored(text: str) -> Any:  # noqa: ANN401 - foreign JSON
    """The value of stored JSON; what was stored before such texts were repaired on their way in is repaired now."""
    value = json.loads(text)
    return mended(value) if _ESCAPED in text else value
