"""One request through ingest: decode, normalise, price, redact, journal. CPU-bound and synchronous."""

import time
import zlib
from concurrent.futures import Future
from dataclasses import dataclass

import pyarrow as pa

from clearspan_server.errors import BadInput, TooLarge, UnsupportedType
from clearspan_server.ingest.decode import decode_json, decode_protobuf
from clearspan_server.ingest.draft import Decoded, Draft, Rejected
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.price import price
from clearspan_server.model.span import Span
from clearspan_server.store.columns import SCHEMA_VERSION, to_batch, to_bytes
from clearspan_server.store.journal import Journal, Rows

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
_MAX_REASONS = 5  # that a partial success quotes


@dataclass(slots=True, frozen=True)
class Request:
    """What a sender posted: the body as it came over the wire, and what its headers say."""

    body: bytes
    content_type: str
    content_encoding: str
    project: str
    environment: str  # of the sender's key; the span's own wins
    sender: str


@dataclass(slots=True, frozen=True)
class Receipt:
    """What became of a request: how many spans, why some were rejected, and when it will be on disk."""

    accepted: int
    rejected: int
    reasons: str
    durable: "Future[int] | None"  # None when nothing was to be kept


def receive(
    request: Request, journal: Journal, privacy: Privacy, *, max_body_bytes: int
) -> Receipt:
    """Take a trace request; acknowledge it only after `durable` has a result.

    Raises:
        UnsupportedType: a content type or encoding that is not read.
        TooLarge: the body inflates beyond `max_body_bytes`.
        BadInput: the body cannot be decoded.
        TooBusy: the journal is over its bound.
    """
    body = inflate(request.body, request.content_encoding, max_body_bytes)
    decoded = _decode(request.content_type, body, request.project)
    received_ns = time.time_ns()
    rejected = decoded.rejected
    if not decoded.drafts:
        return Receipt(0, len(rejected), _first(rejected), None)
    batch = _batch(
        [_finish(draft, request, received_ns, privacy) for draft in decoded.drafts], rejected
    )
    durable = None
    if batch.num_rows:
        durable = journal.append([Rows("spans", SCHEMA_VERSION, batch.num_rows, to_bytes(batch))])
    return Receipt(batch.num_rows, len(rejected), _first(rejected), durable)


def _first(rejected: list[Rejected]) -> str:
    return "; ".join(one.reason for one in rejected[:_MAX_REASONS])


def media_type(content_type: str) -> str:
    """The type without its parameters.

    Raises:
        UnsupportedType: neither OTLP encoding.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in (PROTOBUF, JSON):
        raise UnsupportedType(
            f"the content type is {content_type!r}; OTLP comes as {PROTOBUF} or {JSON}"
        )
    return kind


def inflate(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """The body without its compression, stopped while inflating once it passes `max_bytes`."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise UnsupportedType(f"the content encoding is {encoding!r}; gzip and identity are read")
    inflated = b""
    while body:  # a gzip body may consist of several members
        member, body = _inflate_member(body, max_bytes - len(inflated))
        inflated += member
    return inflated


def _inflate_member(body: bytes, max_bytes: int) -> tuple[bytes, bytes]:
    """The first gzip member's content, and what follows it."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        # One byte more than allowed: a limit of 0 would mean none.
        inflated = inflater.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise BadInput(f"the body of {len(body)} bytes is not gzip: {error}") from error
    if len(inflated) > max_bytes:
        raise TooLarge(f"the body of {len(body)} bytes inflates beyond the limit of {max_bytes}")
    if not inflater.eof:
        raise BadInput(f"the gzip body of {len(body)} bytes ends too early")
    return inflated, inflater.unused_data


def _decode(content_type: str, body: bytes, project: str) -> Decoded:
    if media_type(content_type) == PROTOBUF:
        return decode_protobuf(body, project)
    return decode_json(body, project)


def _batch(spans: list[Span], rejected: list[Rejected]) -> pa.RecordBatch:
    """The spans as rows; one that does not fit its columns is rejected by itself."""
    try:
        return to_batch(spans)
    except (pa.ArrowException, OverflowError):
        return to_batch([span for span in spans if _fits(span, rejected)])


def _fits(span: Span, rejected: list[Rejected]) -> bool:
    try:
        to_batch([span])
    except (pa.ArrowException, OverflowError) as error:
        rejected.append(Rejected(f"span {span.name!r} cannot be kept: {error}"))
        return False
    return True


def _finish(draft: Draft, request: Request, received_ns: int, privacy: Privacy) -> Span:
    span = draft.span
    span.received_ns = span.version = received_ns
    span.sender = request.sender
    normalise(draft)
    span.environment = span.environment or request.environment
    if span.input_tokens is not None or span.output_tokens is not None:
        _price(span)
    return finish(draft, privacy)


def _price(span: Span) -> None:
    cost = price(span)
    if cost is not None:
        span.input_cost, span.output_cost, span.total_cost = cost.input, cost.output, cost.total
        span.cost_by_class = cost.by_class
        span.price_version = cost.version
