"""Drafts to canonical spans: every dialect that speaks fills what is still empty; nothing is removed.

`DIALECTS` is the order. Structured conventions come before those that repeat their values as plain text.
"""

from functools import lru_cache
from typing import Protocol

from clearspan_server.ingest.coerce import text
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.normalise import (
    anthropic_sdk,
    claude_code,
    clearspan_sdk,
    gemini_cli,
    google_adk,
    langfuse,
    langsmith,
    litellm,
    logfire,
    mlflow,
    openinference,
    openlit,
    openllmetry,
    otel,
    otel_genai,
    pydantic_ai,
    vercel_ai,
)
from clearspan_server.ingest.normalise.finish import finish_reason
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.providers import provider_name
from clearspan_server.ingest.normalise.usage import settle as settle_usage
from clearspan_server.model.span import Kind

VERSION = 4  # raise it when a rule changes, so that stored spans can be found and normalised again


class Dialect(Protocol):
    """One convention: whether a span speaks it, and how it fills a draft."""

    NAME: str

    def speaks(self, keys: Keys) -> bool:
        """Whether the span carries any of the convention's attributes."""

    def fill(self, draft: Draft, keys: Keys) -> None:
        """Fill fields of the draft's span that are still empty."""


DIALECTS: tuple[Dialect, ...] = (
    clearspan_sdk,
    langfuse,
    mlflow,
    langsmith,
    # Before OpenTelemetry's: those who use its names with habits or details of their own.
    openlit,
    anthropic_sdk,
    claude_code,
    gemini_cli,
    google_adk,
    vercel_ai,
    litellm,
    openllmetry,
    otel_genai,
    pydantic_ai,
    logfire,
    openinference,
    otel,
)

# Only values tell whether these are meant: they name themselves.
_UNSURE: tuple[Dialect, ...] = (openlit, claude_code, gemini_cli)

_OPERATION_OF_KIND: dict[Kind, str] = {
    "llm": "chat",
    "embedding": "embeddings",
    "tool": "execute_tool",
    "agent": "invoke_agent",
    "retriever": "retrieval",
    "reranker": "rerank",
}
_NO_USAGE = ((0, 0), (0, None), (None, 0))  # what may cost nothing

# Of names that are many or long (a conversation told attribute by attribute) hardly two spans have the same.
_MOST_REMEMBERED_NAMES = 64
_MOST_REMEMBERED_CHARS = 4_096


def normalise(draft: Draft) -> None:
    """Fill the draft's span from its attributes and events, in place.

    A rule that fails marks the span and leaves it raw: received means kept.
    """
    span = draft.span
    try:
        keys, dialects = hear(tuple(draft.attributes))
        for dialect in dialects:
            dialect.fill(draft, keys)
        span.dialect = span.dialect or next(one.NAME for one in dialects if one not in _UNSURE)
        settle(draft)
    except Exception as error:  # noqa: BLE001 - a bad span is stored raw and marked, never lost
        span.dialect = "raw"
        span.truncated.append(f"normalise failed: {type(error).__name__}: {error}")
    span.normaliser_version = VERSION


def hear(names: tuple[str, ...]) -> tuple[Keys, tuple[Dialect, ...]]:
    """The attribute names, and the dialects that a span with them speaks."""
    many = len(names) > _MOST_REMEMBERED_NAMES or len("".join(names)) > _MOST_REMEMBERED_CHARS
    return _listen(names) if many else _remembered(names)


def _listen(names: tuple[str, ...]) -> tuple[Keys, tuple[Dialect, ...]]:
    keys = Keys(names)
    return keys, tuple(dialect for dialect in DIALECTS if dialect.speaks(keys))


_remembered = lru_cache(maxsize=2048)(_listen)


def settle(draft: Draft) -> None:
    """What follows from the filled fields, whatever dialect filled them."""
    span = draft.span
    span.provider = provider_name(span.provider)
    span.finish_reason = finish_reason(span.finish_reason)
    _settle_answer(draft)
    if draft.usages:
        settle_usage(span, draft.usages)
    if span.reported_cost == 0 and (span.input_tokens, span.output_tokens) not in _NO_USAGE:
        span.reported_cost = None  # its sender had no price
    if span.kind == "other":
        if (span.request_model or span.response_model) and (
            span.input_tokens is not None or span.input
        ):
            span.kind = "llm"
        elif span.tool_name:
            span.kind = "tool"
    # Conventions without a word for it say it by their kinds.
    span.operation = span.operation or _OPERATION_OF_KIND.get(span.kind, "")
    _settle_texts(draft)
    if not span.user_id:
        span.user_id = text(draft.attributes.get("user_id"))


def _settle_texts(draft: Draft) -> None:
    """What lists show of a tool or a retrieval."""
    span = draft.span
    if span.kind == "tool":
        draft.input_text = draft.input_text or span.tool_arguments
        draft.output_text = draft.output_text or span.tool_result
    elif span.kind in ("retriever", "reranker"):
        draft.input_text = draft.input_text or span.retrieval_query


def _settle_answer(draft: Draft) -> None:
    span = draft.span
    if span.status == "error" and not (span.output or span.response_id or draft.usages):
        # Without an answer no model answered: some repeat the one that was asked for.
        span.response_model = (
            "" if span.response_model == span.request_model else span.response_model
        )
    if span.ttft_ns is not None and span.streamed is None:
        span.streamed = True
