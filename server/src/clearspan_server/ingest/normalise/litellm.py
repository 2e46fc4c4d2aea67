"""LiteLLM's own spans: OpenTelemetry's names and flattened messages around a raw copy of the provider's request.

Source: BerriAI/litellm `integrations/opentelemetry.py`. The copy (`raw_gen_ai_request`) repeats its parent's call in
attributes named after the provider, as Python text: it is shown, and counts for nothing. Usage is inclusive.
"""

from clearspan_server.ingest.coerce import strings
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.normalise.fields import fill_cost, fill_text
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.model.span import Kind

NAME = "litellm"

_KIND_OF_NAME: dict[str, Kind] = {
    "raw_gen_ai_request": "http",
    "Received Proxy Server Request": "chain",
    "litellm_request": "llm",
}
_SIGNS = ("litellm.call_id", "litellm_call_id", "hidden_params", "gen_ai.cost.total_cost")
_METADATA = "metadata.user_api_key_"
_TEXT = (
    ("metadata.user_api_key_end_user_id", "user_id"),
    ("metadata.user_api_key_user_id", "user_id"),
    ("metadata.user_api_key_team_id", "customer_id"),
    ("metadata.session_id", "session_id"),
    ("litellm.call_id", "request_id"),
    ("litellm_call_id", "request_id"),
)
_COST = (("gen_ai.cost.total_cost", "reported_cost"), ("response_cost", "reported_cost"))
_OTHERS = ("llm.request.", "llm.response.")


def speaks(keys: Keys) -> bool:
    """Whether the span carries the proxy's metadata, or a raw request."""
    return keys.has_any(_SIGNS) or bool(keys.under(_METADATA)) or _is_raw(keys)


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, the people behind the key, and the cost that the proxy computed."""
    span, attributes = draft.span, draft.attributes
    if span.kind == "other":
        kind = _KIND_OF_NAME.get(span.name, "other")
        # A span of the proxy may be no model call, or an embedding: the request's type says so.
        span.kind = "other" if kind == "llm" and "llm.request.type" in keys else kind
    fill_text(span, attributes, keys.hits(_TEXT))
    fill_cost(span, attributes, keys.hits(_COST))
    span.tags = span.tags or strings(attributes.get("metadata.tags"))
    if span.name == "raw_gen_ai_request" and not span.provider:
        names = [name for name in keys.under("llm.") if name.count(".") == 2]  # llm.PROVIDER.model
        provider = names[0].split(".")[1] if names else ""
        span.provider = "" if provider == "None" else provider


def _is_raw(keys: Keys) -> bool:
    return any(
        name.endswith((".model", ".messages")) and name.count(".") == 2
        for name in keys.under("llm.")
        if not name.startswith(_OTHERS)
    )
