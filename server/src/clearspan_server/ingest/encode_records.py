"""Logs, metric points and scores to rows: values as text, every text redacted, long ones cut, and what identifies them.

Identities are hashes keyed with the install's secret: of what was sent, before redaction, so that two records never
become one because what told them apart was redacted, and nobody can guess what it was.
"""

import hashlib

from clearspan_server.ingest import limits
from clearspan_server.ingest.capture import leave_out_of_log, leave_out_of_score
from clearspan_server.ingest.coerce import to_json
from clearspan_server.ingest.draft import Attributes, LogDraft, Origin, PointDraft
from clearspan_server.ingest.encode import Privacy, redacted, resource_text
from clearspan_server.model.log import LogRecord
from clearspan_server.model.metric import MetricPoint
from clearspan_server.model.score import Score

MAX_LABELS = 64  # of a data point
MAX_LABEL_BYTES = 1024  # of the name of a label, and of its value as JSON

_LOG_NAMES = (
    *("event_name", "severity_text", "scope_name", "scope_version"),
    *("service", "process", "environment"),
)
_SCORE_NAMES = ("name", "environment")
_SCORE_TEXTS = ("text", "author", "comment", "metadata")
_POINT_NAMES = ("name", "description", "unit", "scope_name", "scope_version", "service", "process")


def finish_log(draft: LogDraft, privacy: Privacy) -> LogRecord:
    """The row of a log record, ready to be written; `record_id` tells it from every other."""
    record = draft.record
    body = "" if draft.body is None else to_json(draft.body)
    sent = (draft.sent_ns, record.observed_ns, record.trace_id, record.span_id, record.flags)
    named = (record.severity, record.severity_text, record.event_name, record.dropped_attributes)
    record.record_id = _identity(privacy, draft.origin, draft.attributes, *sent, *named, body)
    leave_out_of_log(draft, privacy.capture)
    body = "" if draft.body is None else body
    record.body = _finish(record, _LOG_NAMES, ("body", body), draft.attributes, privacy)
    _add_resource(record, draft.origin, privacy)
    return record


def finish_point(draft: PointDraft, privacy: Privacy) -> MetricPoint:
    """The row of a data point, ready to be written; `series` tells its series from every other."""
    point = draft.point
    kind = (point.type, point.temporality, point.monotonic, point.unit)
    point.series = _identity(privacy, draft.origin, draft.attributes, *kind)
    detail = to_json(draft.detail) if draft.detail else ""
    point.detail = _finish(point, _POINT_NAMES, ("detail", detail), draft.attributes, privacy)
    point.attributes = _labels(point.attributes, point.truncated)
    _add_resource(point, draft.origin, privacy)
    return point


def finish_score(score: Score, privacy: Privacy) -> Score:
    """The row of a score, ready to be written; a session has the name that it has in spans, ids never a mark."""
    leave_out_of_score(score, privacy.capture)
    ids = [score.score_id, score.experiment_id]
    names, texts = ([getattr(score, name) for name in of] for of in (_SCORE_NAMES, _SCORE_TEXTS))
    given = [names, ids, texts, [score.session_id]]
    clean, _ = redacted(given, privacy.redactor, names=2)
    for name, value in zip((*_SCORE_NAMES, *_SCORE_TEXTS), (*clean[0], *clean[2]), strict=True):
        setattr(score, name, value)
    score.score_id, score.experiment_id = map(privacy.found_as, ids, clean[1])
    score.session_id = privacy.known_as(score.session_id, clean[3][0])
    return score


def _identity(privacy: Privacy, origin: Origin, attributes: Attributes, *rest: object) -> int:
    """64 bits of a hash; the order in which attributes came does not matter."""
    scope = (sorted(origin.resource.items()), origin.scope_name, origin.scope_version)
    content = to_json([scope, sorted(attributes.items()), rest])
    key = privacy.pseudonym_key[:64]  # as long as the hash takes
    digest = hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8, key=key)
    return int.from_bytes(digest.digest())


def _finish(
    row: LogRecord | MetricPoint,
    names: tuple[str, ...],
    long: tuple[str, str],
    attributes: Attributes,
    privacy: Privacy,
) -> str:
    """Redact and cut the named fields and the attributes of a row; gives the long text, redacted and cut."""
    values = [to_json(value) for value in attributes.values()]
    given = [
        [getattr(row, name) for name in names],
        list(attributes),
        row.truncated,
        [long[1]],
        values,
    ]
    clean, row.redactions = redacted(given, privacy.redactor, names=3)
    named, keys, row.truncated, (text,), values = clean
    for name, value in zip(names, named, strict=True):
        kept = limits.clipped(value, limits.MAX_NAME_BYTES)
        if kept is not value:
            row.truncated.append(f"{name}:{limits.size(value)}")
        setattr(row, name, kept)
    row.attributes = limits.cut_map(
        dict(zip(keys, values, strict=True)), "attributes", row.truncated
    )
    short = limits.shortened(text, limits.MAX_TEXT_BYTES)
    if short is not text:
        row.truncated.append(f"{long[0]}:{limits.size(text)}")
    return short


def _labels(attributes: dict[str, str], truncated: list[str]) -> dict[str, str]:
    """The attributes of a point, as many and as long as labels may be; what was cut is added to `truncated`."""
    if len(attributes) > MAX_LABELS:
        truncated.append(f"attributes:{len(attributes)} labels, {MAX_LABELS} are kept")
    kept = {}
    for key, text in sorted(attributes.items())[:MAX_LABELS]:
        short = limits.shortened(text, MAX_LABEL_BYTES)
        if short is not text:
            truncated.append(f"attributes.{limits.clipped(key, 80)}:{limits.size(text)}")
        kept[limits.clipped(key, MAX_LABEL_BYTES)] = short
    return kept


def _add_resource(row: LogRecord | MetricPoint, origin: Origin, privacy: Privacy) -> None:
    row.resource = resource_text(origin, privacy.redactor)
    row.truncated += origin.resource_truncated
