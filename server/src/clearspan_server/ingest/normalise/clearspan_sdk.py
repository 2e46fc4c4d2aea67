"""Clearspan's own SDK: what it says beside the OpenTelemetry names (sdk/WIRE.md)."""

from clearspan_server.ingest.coerce import MOST_COUNT, number, opened, strings, text
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.normalise.fields import fill_text, fill_whole, set_value
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.messages import canonical
from clearspan_server.model.messages import input_text, output_text
from clearspan_server.model.span import KINDS, STATUSES

NAME = "clearspan"

_TEXT = (
    ("clearspan.customer", "customer_id"),
    ("clearspan.turn", "turn_id"),
    ("clearspan.run", "run_id"),
    ("clearspan.step.id", "step_id"),
    ("clearspan.step.parent", "step_parent_id"),
    ("clearspan.step.type", "step_type"),
    ("clearspan.retry_of", "retry_of"),
    ("clearspan.request_id", "request_id"),
    ("clearspan.feature", "feature"),
    ("clearspan.experiment", "experiment"),
    ("clearspan.variant", "variant"),
    ("clearspan.prompt.name", "prompt_name"),
    ("clearspan.prompt.version", "prompt_version"),
    ("clearspan.release", "release"),
)
_WHOLE = (("clearspan.step.index", "step_index"), ("clearspan.attempt", "attempt"))


def speaks(keys: Keys) -> bool:
    """Whether the span came from the SDK."""
    return bool(keys.under("clearspan."))


def fill(draft: Draft, keys: Keys) -> None:
    """Fill what only the SDK says."""
    span, attributes = draft.span, draft.attributes
    kind = attributes.get("clearspan.kind")
    if kind in KINDS:
        span.kind = kind
    status = attributes.get("clearspan.status")
    if status in STATUSES:
        span.status = status
    fill_text(span, attributes, keys.hits(_TEXT))
    fill_whole(span, attributes, keys.hits(_WHOLE))
    span.tags = span.tags or strings(attributes.get("clearspan.tags"))
    span.truncated += strings(attributes.get("clearspan.truncated"))
    for side in ("input", "output"):
        _fill_value(draft, side, f"clearspan.{side}")
    documents = opened(attributes.get("clearspan.documents"))
    if isinstance(documents, list) and not span.documents:
        span.documents = text(documents)
    weight = number(attributes.get("clearspan.sample_weight"))
    if weight is not None and 0 < weight <= MOST_COUNT:
        span.sample_weight = weight


def _fill_value(draft: Draft, side: str, key: str) -> None:
    """An input or output as it was captured; of messages a list shows what they say, of an embedding all of it."""
    value = draft.attributes.get(key)
    set_value(draft, side, key, value)
    messages = canonical(value) if draft.span.mirrored.get(key) == side else None
    if messages is None:
        return
    if side == "output":
        draft.output_text = output_text(messages) or draft.output_text
    elif draft.span.kind == "embedding":
        draft.input_text = output_text(messages) or draft.input_text
    else:
        draft.input_text = input_text(messages) or draft.input_text
