"""Leaving out what a project does not want to keep: the texts of users and models, before anything is written.

What stays is what says how it went: names, ids, times, models, usage, cost, numbers and truth values.
"""

import orjson

from clearspan_server.ingest import limits, otel_extras
from clearspan_server.ingest.coerce import opened, to_json
from clearspan_server.ingest.draft import Attributes, Draft, LogDraft, Value
from clearspan_server.model.privacy import CaptureMode
from clearspan_server.model.score import Score

_CONTENT = (
    *("input", "output", "retrieval_query", "documents", "error_message", "error_stack"),
    *("tool_definitions", "tool_arguments", "tool_result"),
)
_ERROR = 17  # the severity from which OpenTelemetry calls a log record an error


def keeps_texts(capture: CaptureMode, *, failed: bool) -> bool:
    """Whether the texts of a record are kept."""
    return capture != "metadata" and (capture != "errors" or failed)


def leave_out(draft: Draft, capture: CaptureMode) -> None:
    """Empty a normalised draft of its texts, unless they are kept; what went is listed with its full size."""
    span = draft.span
    if keeps_texts(capture, failed=span.status == "error"):
        return
    for name in _CONTENT:
        text = getattr(span, name)
        if text:
            span.truncated.append(f"{name}:{limits.size(text)}")
            setattr(span, name, "")
    draft.input_text = draft.output_text = ""
    span.parameters = _bare_json(span.parameters)
    span.links = _bare_links(span.links)
    span.mirrored = {key: name for key, name in span.mirrored.items() if not _is_content(name)}
    held = len(draft.attributes)
    draft.attributes = _bare(draft.attributes)
    if len(draft.attributes) < held:
        span.truncated.append(f"attributes:{held - len(draft.attributes)} texts")
    for event in draft.events:
        event.attributes = _bare(event.attributes)


def leave_out_of_log(draft: LogDraft, capture: CaptureMode) -> None:
    """Empty a log record of its texts, unless they are kept."""
    record = draft.record
    if keeps_texts(capture, failed=record.severity >= _ERROR):
        return
    if draft.body is not None:
        record.truncated.append(f"body:{limits.size(to_json(draft.body))}")
        draft.body = None
    draft.attributes = _bare(draft.attributes)


def leave_out_of_score(score: Score, capture: CaptureMode) -> None:
    """Empty a score of what it says in free words."""
    if not keeps_texts(capture, failed=False):
        score.comment = ""
        score.text = "" if score.type == "text" else score.text


def _is_content(source: str) -> bool:
    return source.removesuffix("_text") in _CONTENT


def _bare(attributes: Attributes) -> Attributes:
    return {
        key: value
        for key, value in attributes.items()
        if isinstance(value, (bool, int, float)) or key == otel_extras.STATUS_CODE
    }


def _bare_json(text: str) -> str:
    value: Value = opened(text)
    bare = _bare(value) if isinstance(value, dict) else {}
    return to_json(bare) if bare else ""


def _bare_links(text: str) -> str:
    if not text:
        return ""
    links = orjson.loads(text)
    return to_json([{**link, "attributes": _bare(link.get("attributes") or {})} for link in links])
