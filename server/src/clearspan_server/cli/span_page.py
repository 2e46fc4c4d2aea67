"""A span for people: its figures, what went wrong, what went in and came out, events and attributes."""

import json
from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Any

from rich.console import Console
from rich.text import Text

from clearspan_server.cli.columns import name_style, name_text, status_style, status_text
from clearspan_server.cli.contents import MOST, texts_of
from clearspan_server.cli.figures import clock, count, duration, money
from clearspan_server.cli.kinds import is_failure
from clearspan_server.cli.list_columns import RED
from clearspan_server.cli.printing import console, line_of, plain

_ABOUT = (
    *("provider", "operation", "request_model", "response_model", "finish_reason", "tool_name"),
    *("service", "environment", "release", "user_id", "session_id", "feature", "prompt_name"),
    *("prompt_version", "response_id", "dialect"),
)
_MARGIN = "  "
_MOST_OF_VALUE = 300


def show(span: Mapping[str, Any]) -> None:
    """Print a span of the API."""
    out = console()
    name = Text(line_of(name_text(span)), f"bold {name_style(span)}")
    out.print(Text.assemble(name, "  ", (status_text(span), status_style(span))))
    ids = (span["trace_id"], span["span_id"], clock(span["start"]))
    out.print(Text(" · ".join((*ids, duration(span["duration_ns"])))))
    _rows(out, "", _about(span))
    _rows(out, "usage", _usage(span["usage"]))
    _rows(out, "cost", _cost(span["cost"]))
    if is_failure(span["status"]):
        said = ": ".join(filter(None, (span["error_type"], span["error_message"])))
        _text(out, "error", "\n".join(filter(None, (said, span["error_stack"]))), RED)
    for label, words in texts_of(span):
        _text(out, label, words)
    for event in span["events"]:
        _rows(out, f"event {event['name']} {clock(event['time'])}", _named(event["attributes"]))
    _rows(out, "attributes", _named(span["attributes"]))
    if span["whole"]:
        fields = ", ".join(line_of(one["field"]) for one in span["whole"])
        out.print(Text(f"▸ only the beginning of {fields}: the browser has all of it", "dim"))


def _about(span: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if span["ttft_ns"]:
        yield "first token", duration(span["ttft_ns"])
    for name in _ABOUT:
        if span[name]:
            yield name, str(span[name])


def _usage(usage: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, tokens in {**usage, **usage["other"]}.items():
        if isinstance(tokens, int):
            yield name, count(tokens)


def _cost(cost: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, dollars in cost["by_class"].items():
        yield name, money(dollars)
    if cost["total"] is not None:
        yield "total", money(cost["total"])
    if cost["reported"] is not None:
        yield "the sender says", money(cost["reported"])


def _named(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(values.items()):
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rows(out: Console, label: str, rows: Iterator[tuple[str, str]]) -> None:
    found = [(line_of(name), line_of(_short(value, _MOST_OF_VALUE))) for name, value in rows]
    if not found:
        return
    width = max(len(name) for name, _ in found)
    if label:
        out.print(Text(f"\n{line_of(label)}", "bold"))
    for name, value in found:
        out.print(Text.assemble(_MARGIN, (name.ljust(width), "dim"), _MARGIN, value))


def _text(out: Console, label: str, words: str, style: str = "") -> None:
    out.print(Text(f"\n{label}", "bold"))
    out.print(Text(indent(plain(_short(words, MOST)), _MARGIN), style))


def _short(text: str, most: int) -> str:
    more = len(text) - most
    return text if more <= 0 else f"{text[:most]} … {more} characters more: `--json` has them"
