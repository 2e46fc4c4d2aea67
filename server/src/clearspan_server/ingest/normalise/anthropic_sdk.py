"""The Anthropic SDKs' own spans: OpenTelemetry's names, and Anthropic's for what these do not say.

Source: Anthropic's reference of its OpenTelemetry spans, and the Python SDK 2.11 (scope `com.anthropic.sdk.python`).
Counts are inclusive. A stream that the caller closed keeps the status unset and has no stop reason.
"""

from clearspan_server.ingest.coerce import whole
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.normalise.fields import fill_text, note_usage
from clearspan_server.ingest.normalise.keys import Keys

NAME = "anthropic_sdk"

_TEXT = (
    ("anthropic.message.stop_reason", "finish_reason"),
    ("anthropic.response.service_tier", "service_tier"),
)
_USAGE = (
    ("gen_ai.usage.input_tokens", "input"),
    ("gen_ai.usage.output_tokens", "output"),
    ("gen_ai.usage.cache_read.input_tokens", "cache_read"),
    ("gen_ai.usage.cache_write.input_tokens", "cache_write"),
    ("gen_ai.usage.cache_creation.input_tokens", "cache_write"),
)
_LIFETIMES = (
    ("anthropic.usage.cache_creation.ephemeral_5m_input_tokens", "cache_write_5m_tokens"),
    ("anthropic.usage.cache_creation.ephemeral_1h_input_tokens", "cache_write_1h_tokens"),
)


def speaks(keys: Keys) -> bool:
    """Whether the span carries Anthropic's own names."""
    return bool(keys.under("anthropic."))


def fill(draft: Draft, keys: Keys) -> None:
    """Fill stop reason, service tier, and the cache writes by lifetime: an hour costs more than five minutes."""
    span, attributes = draft.span, draft.attributes
    fill_text(span, attributes, keys.hits(_TEXT))
    other = {
        name: count for key, name in keys.hits(_LIFETIMES) if (count := whole(attributes.get(key)))
    }
    if other and (pairs := keys.hits(_USAGE)):
        note_usage(draft, pairs)
        draft.usages[-1].usage.other = other
    is_stream = attributes.get("gen_ai.request.stream") is True
    if is_stream and "gen_ai.response.id" in keys and not span.finish_reason and _is_unset(draft):
        span.status = "cancelled"


def _is_unset(draft: Draft) -> bool:
    return draft.otel_status == 0 and draft.span.end_ns is not None
