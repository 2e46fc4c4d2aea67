"""Clearspan's own SDK: what it says beside the OpenTelemetry names (sdk/WIRE.md)."""

from clearspan_server.ingest.coerce import MOST_COUNT, number, opened, strings, text
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.normalise.fields import fill_text, fill_whole, set_value
from clearspan_server.ingest.normalise.keys import Keys
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
        set_value(draft, side, f"clearspan.{side}", attributes.get(f"clearspan.{side}"))
    documents = opened(attributes.get("clearspan.documents"))
    if isinstance(documents, list) and not span.documents:
        span.documents = text(documents)
    weight = number(attributes.get("clearspan.sample_weight"))
    if weight is not None and 0 < weight <= MOST_COUNT:
        span.sample_weight = weight
