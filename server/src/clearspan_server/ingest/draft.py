"""A draft: a span on its way through ingest, beside the attributes it came with."""

from dataclasses import dataclass, field
from typing import Literal

from clearspan.wire import Usage
from clearspan_server.model.log import LogRecord
from clearspan_server.model.metric import MetricPoint
from clearspan_server.model.score import Score
from clearspan_server.model.span import Span
from clearspan_server.model.told_answer import ToldAnswer

# An attribute's value as OTLP can say it; bytes come as base64 text.
Value = str | bool | int | float | list["Value"] | dict[str, "Value"] | None
Attributes = dict[str, Value]

# Why a record was not taken, in a word: what the ledger counts. docs/bad-input.md tells each.
Code = Literal[
    "bad_ids",
    "bad_time",
    "no_time",
    "no_name",
    "no_value",
    "too_many_series",
    "unreadable",
    "does_not_fit",
]


@dataclass(slots=True)
class Event:
    """A span event; `time_ns` in nanoseconds since the epoch."""

    name: str
    time_ns: int
    attributes: Attributes


@dataclass(slots=True)
class Origin:
    """What the records of one scope share: the resource's attributes and the scope.

    What OTLP says beside them (schemas, the scope's attributes) stands among `resource` under `otel.` names.
    """

    resource: Attributes
    scope_name: str
    scope_version: str
    resource_text: dict[str, str] = field(
        default_factory=dict
    )  # JSON text by key, filled once by ingest/encode.py
    resource_truncated: list[str] = field(default_factory=list)  # what was cut of it, told then


@dataclass(slots=True)
class Candidate:
    """What one convention says of a span's usage; `is_exclusive` when it counts cached tokens beside the input."""

    usage: Usage
    is_exclusive: bool = False


@dataclass(slots=True)
class Draft:
    """One decoded span. Dialects read `attributes` and `events` and fill empty fields of `span`."""

    span: Span
    attributes: Attributes
    events: list[Event]
    origin: Origin
    otel_status: int  # 0 unset, 1 ok, 2 error
    input_text: str = ""  # what a list shows of the input; a preview is cut from it after redaction
    output_text: str = ""
    usages: list[Candidate] = field(default_factory=list)  # what each convention says of the usage
    ends_untold: bool = False  # the sender never says why a stream ended: silence proves nothing
    is_whole: bool = False  # it is told only of what came to its end


@dataclass(slots=True, frozen=True)
class Rejected:
    """A record that was not taken, and why; the sender gets the reason, the ledger counts the code."""

    reason: str
    code: Code = "does_not_fit"
    name: str = ""  # the sender's own for it, where a protocol answers record by record


@dataclass(slots=True)
class Decoded:
    """What was in a request: spans to take, and spans that cannot be."""

    drafts: list[Draft] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)  # the sender's names, as in `Rejected`
    scores: list[Score] = field(default_factory=list)  # of senders that mix them with spans
    answers: list[ToldAnswer] = field(default_factory=list)  # which came among the spans, too


@dataclass(slots=True)
class LogDraft:
    """One decoded log record, its values not yet text."""

    record: LogRecord
    sent_ns: int  # the record's own time, 0 where it has none
    body: Value
    attributes: Attributes
    origin: Origin


@dataclass(slots=True)
class DecodedLogs:
    """What was in a request: log records to take, what they say of spans, and records that cannot be taken."""

    drafts: list[LogDraft] = field(default_factory=list)
    parts: list[Draft] = field(
        default_factory=list
    )  # one a span, as ingest/log_events.py makes them
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(slots=True)
class PointDraft:
    """One decoded data point, its values not yet text."""

    point: MetricPoint
    detail: Attributes
    attributes: Attributes
    origin: Origin


@dataclass(slots=True)
class DecodedPoints:
    """What was in a request: data points to take, and those that cannot be."""

    drafts: list[PointDraft] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
