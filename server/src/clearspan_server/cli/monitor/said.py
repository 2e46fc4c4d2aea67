"""What one span was and said, to be read beside the tree."""

import json
from typing import Any

from rich.text import Text

from clearspan_server.cli import figures
from clearspan_server.cli.kinds import is_failure, kind_mark, status_mark
from clearspan_server.cli.monitor.themes import Palette
from clearspan_server.cli.printing import line_of, plain

_MOST = 20_000  # characters of one text: what is longer is read in the browser

Row = dict[str, Any]


def detail_of(span: Row, content: Row | None, palette: Palette) -> Text:
    """A span's figures, what went wrong, and, once it is read, what went in and came out."""
    kind, status = kind_mark(span["kind"]), status_mark(span["status"])
    text = Text.assemble(
        (f"{kind.glyph} {span['kind']} ", palette.kind(span["kind"])),
        (line_of(span["name"]), "bold"),
        (f"  {status.glyph} {span['status']}", palette.status(span["status"])),
        f"  {figures.duration(span['duration_ns'])}",
    )
    model = span["response_model"] or span["request_model"]
    first = f"first token {figures.duration(span['ttft_ns'])}" if span["ttft_ns"] else ""
    told = (
        *(line_of(model), figures.flow(span["input_tokens"], span["output_tokens"])),
        *(figures.money(span["total_cost"]), first),
        *(line_of(span["service"]), line_of(span["span_id"])),
    )
    text.append("\n" + "  ".join(filter(None, told)), palette.dim)
    if is_failure(span["status"]):
        said = ": ".join(filter(None, (span["error_type"], span["error_message"])))
        text.append(f"\n✗ {plain(said)}", palette.error)
    for label, words in _texts(content) if content else ():
        text.append(f"\n\n{label}\n", palette.accent)
        text.append(plain(words[:_MOST]))
        if len(words) > _MOST:
            text.append(f"\n… {len(words) - _MOST} characters more", palette.dim)
    return text


def _texts(content: Row) -> list[tuple[str, str]]:
    """What there is to read, each with what it is."""
    texts = [(one["role"], parts_of(one)) for one in content["input_messages"] or ()]
    texts += [
        ("input", content["input"]),
        ("query", content["retrieval_query"]),
        ("arguments", content["tool_arguments"]),
        ("result", content["tool_result"]),
    ]
    texts += [(f"document {one['id']}", one["content"]) for one in content["documents"]]
    texts += [("output", content["output"])]
    texts += [(f"→ {one['role']}", parts_of(one)) for one in content["output_messages"] or ()]
    return [
        (line_of(label), as_text(words)) for label, words in texts if words not in (None, "", [])
    ]


def parts_of(message: Row) -> str:
    """A message as text; what is not text says what it is."""
    return "\n".join(map(_part, message["parts"]))


def as_text(value: object) -> str:
    """Text as it is, anything else as indented JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _part(part: Row) -> str:
    if part["type"] in {"text", "reasoning"}:
        return str(part["content"])
    said = part["content"] or json.dumps(part["data"], ensure_ascii=False)
    return f"[{part['type']}] {part['name']} {said}"
