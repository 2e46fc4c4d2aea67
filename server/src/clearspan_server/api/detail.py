"""One span with everything in it: the row of the table `spans` as `SpanDetail`."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from clearspan_server.api.encode import money, money_or_none, span_values
from clearspan_server.api.messages import canonical, messages, parsed, structure
from clearspan_server.api.shapes import (
    Cost,
    Document,
    PriceExplained,
    PriceLine,
    SpanDetail,
    SpanEvent,
    SpanLink,
    Usage,
    WholeText,
)
from clearspan_server.api.window import rfc3339
from clearspan_server.ingest import price
from clearspan_server.ingest.price import explain
from clearspan_server.ingest.prices import Book
from clearspan_server.model.long_text import kept_whole, without_hashes
from clearspan_server.model.messages import input_text, output_text
from clearspan_server.model.span import Span
from clearspan_server.query.scores import Judgements
from clearspan_server.store.engine import Row

_AS_THEY_ARE = (
    *("project", "error_stack", "service_version", "release", "customer_id", "turn_id", "run_id"),
    *("step_id", "step_index", "request_id", "feature", "experiment", "variant"),
    *("prompt_name", "prompt_version", "response_id", "retrieval_query", "tool_call_id"),
    *("scope_name", "scope_version", "dialect", "redactions", "filled"),
)
_STRUCTURES = ("parameters", "tool_definitions", "tool_arguments", "tool_result")


def span_detail(row: Row, book: Book, scores: Judgements) -> SpanDetail:
    """The span of a row with every column and its scores; `book` has the prices of its project."""
    given, answer = structure(row["input"]), structure(row["output"])
    return SpanDetail.model_validate(
        span_values(row)
        | {name: row[name] for name in _AS_THEY_ARE}
        | {name: structure(row[name]) for name in _STRUCTURES}
        | {
            "scores": scores,
            "truncated": without_hashes(row["truncated"]),
            "whole": whole_of(row),
            "usage": _usage(row),
            "cost": _cost(row, book),
            "input": given,
            "output": answer,
            "input_messages": messages(given),
            "output_messages": messages(answer),
            "documents": documents_of(row),
            "attributes": attributes_of(row),
            "resource": _values(row["resource"]),
            "events": [_event(one) for one in _objects(row["events"])],
            "links": [_link(one) for one in _objects(row["links"])],
            "received": rfc3339(row["received_ns"]),
        }
    )


def documents_of(row: Row) -> list[Document]:
    """What a retrieval found, in the order in which it found it."""
    return [_document(one) for one in _objects(row["documents"])]


def whole_of(row: Row) -> list[WholeText]:
    """What lies whole beside the span."""
    found = kept_whole(row["truncated"]).values()
    return [WholeText(field=one.field, size_bytes=one.size_bytes) for one in found]


def _usage(row: Row) -> Usage:
    return Usage(
        input=row["input_tokens"],
        output=row["output_tokens"],
        total=row["total_tokens"],
        cache_read=row["cache_read_tokens"],
        cache_write=row["cache_write_tokens"],
        reasoning=row["reasoning_tokens"],
        audio_input=row["audio_input_tokens"],
        audio_output=row["audio_output_tokens"],
        other=row["usage_other"],
        source=row["usage_source"],
    )


def _cost(row: Row, book: Book) -> Cost:
    return Cost(
        input=money_or_none(row["input_cost"]),
        output=money_or_none(row["output_cost"]),
        total=money_or_none(row["total_cost"]),
        by_class={name: money(amount) for name, amount in row["cost_by_class"].items()},
        price_version=row["price_version"],
        reported=money_or_none(row["reported_cost"]),
        explained=_explained(row, book),
    )


def _explained(row: Row, book: Book) -> PriceExplained | None:
    found = explain(Span(**row), book)
    if found is None:
        return None
    cost, origin = found.cost, found.origin
    return PriceExplained(
        source=origin.source,
        provider=origin.provider,
        model=origin.model,
        since=None if origin.since_ns is None else rfc3339(origin.since_ns)[:10],
        service_tier=origin.service_tier,
        lines=[_line(line) for line in found.lines],
        total=money_or_none(cost.total),
        current=(cost.total, cost.by_class) == (row["total_cost"], row["cost_by_class"]),
    )


def _line(line: price.PriceLine) -> PriceLine:
    return PriceLine(
        name=line.name,
        count=line.count,
        unit_price=money(line.unit_price),
        per=line.per,
        amount=money(line.amount),
        above_tokens=line.above_tokens,
    )


def attributes_of(row: Row) -> dict[str, JsonValue]:
    """What was sent: the stored values, those beyond the limit, and those that a field holds to the letter."""
    given, answer = structure(row["input"]), structure(row["output"])
    mirrors = {key: _source(row, field, given, answer) for key, field in row["mirrored"].items()}
    overflow = structure(row["attributes_overflow"])
    beyond = overflow if isinstance(overflow, dict) else {}
    return _values(row["attributes"]) | beyond | mirrors


def _source(row: Row, field: str, given: JsonValue, answer: JsonValue) -> JsonValue:
    """The text of a mirrored attribute: a column, or what is said in the messages."""
    match field:
        case "input_text":
            return input_text(canonical(given) or [])
        case "output_text":
            return output_text(canonical(answer) or [])
        case _:
            text: JsonValue = row.get(field)
            return text


def _values(texts: Mapping[str, str]) -> dict[str, JsonValue]:
    return {key: parsed(text) for key, text in texts.items()}


def _objects(text: str) -> list[dict[str, Any]]:
    value = structure(text)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _document(one: dict[str, Any]) -> Document:
    score = one.get("score")
    return Document(
        id=_as_text(one.get("id")),
        content=_as_text(one.get("content")),
        score=float(score) if isinstance(score, (int, float)) else None,
        metadata=one.get("metadata"),
    )


def _event(one: dict[str, Any]) -> SpanEvent:
    time_ns = one.get("time_ns")
    return SpanEvent(
        name=_as_text(one.get("name")),
        time=rfc3339(time_ns if isinstance(time_ns, int) else 0),
        attributes=_object(one.get("attributes")),
    )


def _link(one: dict[str, Any]) -> SpanLink:
    return SpanLink(
        trace_id=_as_text(one.get("trace_id")),
        span_id=_as_text(one.get("span_id")),
        attributes=_object(one.get("attributes")),
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
