"""What the body of each signal becomes: rows for the journal, and the records that cannot be kept."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import pyarrow as pa

from clearspan_server.ingest import (
    decode_langfuse,
    decode_logs,
    decode_metrics,
    decode_metrics_json,
    decode_traces,
    decode_xtrace,
    restored,
)
from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.ingest.decode_langfuse_scores import decode_langfuse_scores
from clearspan_server.ingest.decode_scores import decode_scores
from clearspan_server.ingest.draft import Decoded, Draft, Rejected
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.encode_records import finish_log, finish_point, finish_score
from clearspan_server.ingest.estimate import estimate
from clearspan_server.ingest.limits import Wholes
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.price import price, set_cost
from clearspan_server.ingest.prices import Book
from clearspan_server.ingest.series import SeriesCap
from clearspan_server.model.delivery import Signal
from clearspan_server.model.log import LogRecord
from clearspan_server.model.long_text import LongText, kept_whole
from clearspan_server.model.metric import MetricPoint
from clearspan_server.model.score import Score
from clearspan_server.model.span import Span
from clearspan_server.model.told_answer import ToldAnswer
from clearspan_server.store import columns, log_columns, metric_columns, score_columns, text_columns
from clearspan_server.store.journal import Rows

LOG = logging.getLogger(__name__)

Encoding = Literal["protobuf", "json", "langfuse", "xtrace"]
Record = TypeVar("Record", Span, LogRecord, MetricPoint, Score, LongText)
Sent = TypeVar("Sent", Span, LogRecord, MetricPoint)  # with what they say of their sender
Drafted = TypeVar("Drafted")

_SLICE_SPANS = 4_000  # decoded at once: a span is some 4 kB of objects until it is a row
_STATE = "clearspan.state"  # `update` on a record that only adds to a span


class Clock:
    """Wall time in nanoseconds that never stands still nor goes back within the process; thread-safe."""

    # A fold writes a span with the version after its record's: the next request stays clear of that.
    _GAP_NS = 1_000

    def __init__(self) -> None:
        self._next_ns = 0
        self._lock = threading.Lock()

    def take(self, count: int) -> int:
        """The first of `count` nanoseconds in a row that nobody else gets."""
        with self._lock:
            first_ns = max(time.time_ns(), self._next_ns)
            self._next_ns = first_ns + count + self._GAP_NS
        return first_ns


@dataclass(slots=True, frozen=True)
class Setting:
    """What all records of a request share: their sender, and the means of the server."""

    access: IngestAccess
    privacy: Privacy
    clock: Clock
    book: Book
    series: SeriesCap = field(default_factory=SeriesCap)


@dataclass(slots=True)
class Taken:
    """What was in a body: rows for the journal, what was not taken, and what it says of its sender."""

    rejected: list[Rejected]
    rows: list[Rows] = field(default_factory=list)
    accepted: int = 0
    process: str = ""
    service: str = ""
    names: list[str] = field(default_factory=list)  # of what was taken, where the sender names it
    answers: list[ToldAnswer] = field(default_factory=list)  # for whoever keeps datasets
    newest_ns: int | None = None  # the latest end of a span, or time of another record


def take(signal: Signal, encoding: Encoding, body: bytes, setting: Setting) -> Taken:
    """The rows of a body, its records redacted and priced.

    Raises:
        BadInput: the body is no export request of this signal.
    """
    return _TAKERS[signal](encoding, body, setting)


def _take_traces(encoding: Encoding, body: bytes, setting: Setting) -> Taken:
    taken = Taken([])
    for decoded in _SLICES[encoding](body, setting.access.project, _SLICE_SPANS):
        _take_slice(taken, decoded, setting)
    return taken


_SLICES: Mapping[Encoding, Callable[[bytes, str, int], Iterator[Decoded]]] = {
    "protobuf": decode_traces.protobuf_slices,
    "json": decode_traces.json_slices,
    "langfuse": decode_langfuse.langfuse_slices,
    "xtrace": decode_xtrace.xtrace_slices,
}


def _take_slice(taken: Taken, decoded: Decoded, setting: Setting) -> None:
    _take_decoded_scores(taken, decoded.scores, setting)
    taken.rejected += decoded.rejected
    taken.names += decoded.taken
    taken.answers += decoded.answers
    kinds = [_kind_of(draft) for draft in decoded.drafts]
    texts: list[LongText] = []
    finisher = _span_finisher(setting, len(decoded.drafts), texts)
    spans = _finished(decoded.drafts, finisher, taken.rejected)
    _add_texts(taken, texts)
    by_kind: dict[str, list[Span]] = {}
    for kind, span in zip(kinds, spans, strict=True):
        if span is not None:
            by_kind.setdefault(kind, []).append(span)
    for kind, same in by_kind.items():
        taken.accepted += _add(taken, kind, same, columns.to_batch, columns.SCHEMA_VERSION)
        _introduce(taken, same, [span.end_ns for span in same])


def _take_logs(encoding: Encoding, body: bytes, setting: Setting) -> Taken:
    decode = decode_logs.decode_json if encoding == "json" else decode_logs.decode_protobuf
    decoded = decode(body, setting.access.project)
    taken = Taken(decoded.rejected)
    first_ns = setting.clock.take(1)
    found = _finished(
        decoded.drafts, lambda draft: finish_log(draft, setting.privacy), taken.rejected
    )
    logs = [log for log in found if log is not None]
    _sign(logs, first_ns, setting.access)
    for log in logs:
        log.environment = log.environment or setting.access.environment
    taken.accepted += _add(taken, "logs", logs, log_columns.to_batch, log_columns.SCHEMA_VERSION)
    _introduce(taken, logs, [log.time_ns for log in logs])
    # What events say of spans comes beside the events themselves, and is counted with them.
    failed: list[Rejected] = []
    texts: list[LongText] = []
    parts = _finished(decoded.parts, _span_finisher(setting, len(decoded.parts), texts), failed)
    _add_texts(taken, texts)
    spans = [span for span in parts if span is not None]
    _add(taken, "log", spans, columns.to_batch, columns.SCHEMA_VERSION)
    return taken


def _take_metrics(encoding: Encoding, body: bytes, setting: Setting) -> Taken:
    if encoding == "xtrace":
        encoding, body = "json", decode_xtrace.metrics_in_otlp(body)
    is_json = encoding == "json"
    decode = decode_metrics_json.decode_json if is_json else decode_metrics.decode_protobuf
    decoded = decode(body, setting.access.project)
    taken = Taken(decoded.rejected)
    first_ns = setting.clock.take(1)
    found = _finished(
        decoded.drafts, lambda draft: finish_point(draft, setting.privacy), taken.rejected
    )
    made = [point for point in found if point is not None]
    points = setting.series.admitted(made, taken.rejected)
    _sign(points, first_ns, setting.access)
    taken.accepted += _add(
        taken, "metrics", points, metric_columns.to_batch, metric_columns.SCHEMA_VERSION
    )
    _introduce(taken, points, [point.time_ns for point in points])
    return taken


def _take_scores(encoding: Encoding, body: bytes, setting: Setting) -> Taken:
    project = setting.access.project
    if encoding == "langfuse":
        sent = decode_langfuse_scores(body, project)
        taken = Taken(sent.rejected)
        taken.names = [*sent.taken]
        _take_decoded_scores(taken, sent.scores, setting)
        return taken
    taken = Taken([])
    scores = decode_scores(body, project)
    _take_decoded_scores(taken, scores, setting)
    taken.names = [score.score_id for score in scores]
    return taken


def _take_decoded_scores(taken: Taken, decoded: Sequence[Score], setting: Setting) -> None:
    if not decoded:
        return
    access = setting.access
    first_ns = setting.clock.take(len(decoded))
    found = _finished(decoded, lambda one: finish_score(one, setting.privacy), taken.rejected)
    scores = [score for score in found if score is not None]
    for created_ns, score in enumerate(scores, first_ns):
        score.created_ns = score.version = created_ns
        score.author = score.author or access.author
    taken.accepted += _add_scores(taken, scores)


def deleted_score(score_id: str, setting: Setting) -> Taken:
    """What takes a score away that came before, under whatever name and of whatever trace."""
    now_ns = setting.clock.take(1)
    gone = Score(
        project=setting.access.project,
        score_id=score_id,
        author=setting.access.author,
        created_ns=now_ns,
        version=now_ns,
        is_deleted=1,
    )
    taken = Taken([])
    taken.accepted = _add_scores(taken, [gone])
    return taken


def _add_scores(taken: Taken, scores: Sequence[Score]) -> int:
    return _add(taken, "scores", scores, score_columns.to_batch, score_columns.SCHEMA_VERSION)


_TAKERS: Mapping[Signal, Callable[[Encoding, bytes, Setting], Taken]] = {
    "traces": _take_traces,
    "logs": _take_logs,
    "metrics": _take_metrics,
    "scores": _take_scores,
}


def _kind_of(draft: Draft) -> str:
    if draft.attributes.get(_STATE) == "update":
        return "update"
    return "open" if draft.span.end_ns is None else "spans"


def _finished(
    drafts: Sequence[Drafted], finisher: Callable[[Drafted], Record], rejected: list[Rejected]
) -> list[Record | None]:
    """A record for each draft; None, and among the rejected, where our own code fails over one."""
    finished: list[Record | None] = []
    for draft in drafts:
        try:
            finished.append(finisher(draft))
        except Exception as error:  # its neighbours go on, and its sender hears of it
            LOG.exception("a record was not taken")
            rejected.append(Rejected(f"a record cannot be kept: {type(error).__name__}"))
            finished.append(None)
    return finished


def _span_finisher(setting: Setting, count: int, texts: list[LongText]) -> Callable[[Draft], Span]:
    """Normalises, prices and redacts a draft; each of `count` spans gets a time of its own.

    Texts that are too long for a span are added to `texts`.
    """
    times = iter(range(first_ns := setting.clock.take(count), first_ns + count))
    access = setting.access

    def finished(draft: Draft) -> Span:
        span = draft.span
        span.received_ns = span.version = next(times)
        span.sender = access.sender
        told = restored.taken_from(draft)
        normalise(draft)
        if told:
            restored.tell(draft, told)
        span.process = access.process or span.process
        if draft.attributes.get(_STATE) != "update":  # what an update does not say stays as it is
            span.environment = span.environment or access.environment
            estimate(span)
        if span.input_tokens is not None or span.output_tokens is not None:
            set_cost(span, price(span, setting.book))
        wholes: Wholes = {}
        finish(draft, setting.privacy, wholes)
        if told:
            restored.settle(span, told)
        if wholes:
            texts.extend(_long_texts(span, wholes))
        return span

    return finished


def _long_texts(span: Span, wholes: Wholes) -> Iterator[LongText]:
    ids = (span.project, span.trace_id, span.span_id)
    times = (span.start_ns, span.received_ns)
    for field_, one in kept_whole(span.truncated).items():
        if field_ in wholes:
            yield LongText(*ids, field_, one.hash, wholes[field_], *times)


def _add_texts(taken: Taken, texts: Sequence[LongText]) -> None:
    """They come beside their spans, and are counted with them."""
    if texts:
        _add(taken, "texts", texts, text_columns.to_batch, text_columns.SCHEMA_VERSION)


def _sign(
    records: Sequence[LogRecord] | Sequence[MetricPoint], received_ns: int, access: IngestAccess
) -> None:
    for record in records:
        record.received_ns = received_ns
        record.sender = access.sender
        record.process = access.process or record.process


def _introduce(taken: Taken, records: Sequence[Sent], times: Sequence[int | None]) -> None:
    """Note what the records say of their sender: who it is, and how late it is by its own clock."""
    for record, time_ns in zip(records, times, strict=True):
        taken.process = taken.process or record.process
        taken.service = taken.service or record.service
        if time_ns is not None:
            taken.newest_ns = max(taken.newest_ns or 0, time_ns)


def _add(
    taken: Taken,
    kind: str,
    records: Sequence[Record],
    to_batch: Callable[[Sequence[Record]], pa.RecordBatch],
    schema_version: int,
) -> int:
    """Add the records as rows of a kind and give their number; one that does not fit its columns is rejected alone."""
    try:
        batch = to_batch(records)
    except (pa.ArrowException, OverflowError):
        batch = to_batch([one for one in records if _fits(one, to_batch, taken.rejected)])
    if batch.num_rows:
        data = columns.to_bytes(batch)
        taken.rows.append(Rows(kind, schema_version, batch.num_rows, data))
    return int(batch.num_rows)


def _fits(
    record: Record,
    to_batch: Callable[[Sequence[Record]], pa.RecordBatch],
    rejected: list[Rejected],
) -> bool:
    try:
        to_batch([record])
    except (pa.ArrowException, OverflowError) as error:
        rejected.append(Rejected(f"a record cannot be kept: {error}"))
        return False
    return True
