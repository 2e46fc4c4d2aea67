"""What went into a span and came out of it, as texts."""

import json
from collections.abc import Mapping
from typing import Any

from clearspan_server.cli.printing import line_of

MOST = 20_000  # characters of one text that are shown

Row = Mapping[str, Any]


def texts_of(content: Row) -> list[tuple[str, str]]:
    """What there is to read of a span, each with what it is: `content` as `SpanDetail` of the API has it."""
    texts: list[tuple[str, Any]] = [
        (one["role"], _parts(one)) for one in content["input_messages"] or ()
    ]
    texts += [
        ("input", None if content["input_messages"] else content["input"]),
        ("query", content["retrieval_query"]),
        ("arguments", content["tool_arguments"]),
        ("result", content["tool_result"]),
    ]
    texts += [(f"document {one['id']}", one["content"]) for one in content["documents"]]
    texts += [("output", None if content["output_messages"] else content["output"])]
    texts += [(f"→ {one['role']}", _parts(one)) for one in content["output_messages"] or ()]
    return [
        (line_of(label), _as_text(words)) for label, words in texts if words not in (None, "", [])
    ]


def _parts(message: Row) -> str:
    """A message as text; what is not text says what it is."""
    return "\n".join(map(_part, message["parts"]))


def _as_text(value: object) -> str:
    """Text as it is, anything else as indented JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _part(part: Row) -> str:
    if part["type"] in {"text", "reasoning"}:
        return str(part["content"])
    said = part["content"] or json.dumps(part["data"], ensure_ascii=False)
    return f"[{part['type']}] {part['name']} {said}"
