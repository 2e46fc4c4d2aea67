"""Copies of a few thousand stored spans: other ids, users, sessions, numbers in the text, and times."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from bench.loads import make
from bench.queries.questions import order_number
from bench.raw_engine import rows

TEMPLATE_SPANS = 10_000

_DAY_NS = 86_400_000_000_000
_MOST_LATE_DAYS = 2
_SECOND_NS = 1_000_000_000
_USERS, _SESSIONS = 4_000, 20_000
_TEXTS = ("input", "output", "input_preview", "output_preview", "retrieval_query", "tool_arguments")
_FAILURES = (
    ("RateLimitError", "rate_limit", "Rate limit reached"),
    ("APITimeoutError", "timeout", "Request timed out after 60 s"),
    ("APIConnectionError", "connection", "Connection reset by peer"),
    ("BadRequestError", "bad_request", "This model takes at most 128000 tokens"),
    ("InternalServerError", "server", "The server had an error while processing your request"),
    ("ContentFilterError", "content_filter", "The answer was filtered"),
)

_Bytes = npt.NDArray[np.uint8]
_Numbers = npt.NDArray[np.int64]


@dataclass(slots=True, frozen=True)
class Templates:
    """Spans as ingest made them, and beside each what a copy needs to know; one number a trace, by its start."""

    spans: pa.Table
    trace_of: _Numbers  # of each span
    late_ns: _Numbers  # of each trace: how long before its neighbours it began
    offset_ns: _Numbers  # of each span: from the start of its trace
    took_ns: _Numbers  # of each trace
    users: _Numbers  # of each trace
    sessions: _Numbers

    @property
    def trace_count(self) -> int:
        return len(self.late_ns)


@dataclass(slots=True, frozen=True)
class Copy:
    """Spans to insert, and the ids of those of their traces that came on time."""

    spans: pa.Table
    trace_ids: list[str]


def templates(span_count: int = TEMPLATE_SPANS) -> Templates:
    """The realistic load through the server's own ingest, every span once."""
    table = pa.concat_tables(rows(make("realistic", span_count))).combine_chunks()
    _, first = np.unique(table["span_id"].to_numpy(), return_index=True)
    table = table.take(pa.array(np.sort(first)))
    starts = table["start_ns"].to_numpy()
    _, trace_of = np.unique(table["trace_id"].to_numpy(), return_inverse=True)
    count = int(trace_of.max()) + 1
    begun = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(begun, trace_of, starts)
    ended = np.zeros(count, np.int64)
    np.maximum.at(ended, trace_of, pc.fill_null(table["end_ns"], 0).to_numpy())
    late_days = np.round((begun.max() - begun) / _DAY_NS).astype(np.int64)
    rank = np.empty(count, np.int64)
    rank[np.argsort(begun + late_days * _DAY_NS)] = np.arange(count)
    by_rank = np.argsort(rank)
    table = _with_failures(_with_order_numbers(table, rank[trace_of]), rank[trace_of])
    return Templates(
        spans=table,
        trace_of=rank[trace_of],
        late_ns=np.minimum(late_days, _MOST_LATE_DAYS)[by_rank] * _DAY_NS,
        offset_ns=starts - begun[trace_of],
        took_ns=(ended - begun)[by_rank],
        users=_numbers(table["user_id"], rank[trace_of], count),
        sessions=_numbers(table["session_id"], rank[trace_of], count),
    )


def copy(source: Templates, number: int, project: str, from_ns: int, to_ns: int) -> Copy:
    """The spans once more, their traces spread over a stretch of time; another number gives other ids."""
    random = np.random.default_rng(number)
    count = source.trace_count
    even_ns = (np.arange(count) + random.random(count)) * (to_ns - from_ns) / count
    begun_ns = from_ns + even_ns.astype(np.int64)
    traces = source.trace_of
    start_ns = (begun_ns - source.late_ns)[traces] + source.offset_ns
    moved_ns = pa.array(start_ns - source.spans["start_ns"].to_numpy())
    received_ns = (begun_ns + source.took_ns)[traces] + _SECOND_NS
    trace_ids = _other_ids(source.spans["trace_id"], random.bytes(16))
    mask = random.bytes(8)
    changed: dict[str, pa.Array | pa.ChunkedArray] = {
        "project": pa.repeat(project, len(traces)),
        "trace_id": trace_ids,
        "span_id": _other_ids(source.spans["span_id"], mask),
        "parent_id": _other_ids(source.spans["parent_id"], mask),
        "start_ns": pa.array(start_ns),
        "end_ns": pc.add(source.spans["end_ns"], moved_ns),
        "received_ns": pa.array(received_ns),
        "version": pa.array(received_ns.astype(np.uint64)),
        "user_id": _named("user-", (source.users + 131 * number) % _USERS).take(pa.array(traces)),
        "session_id": _named("sess-", (source.sessions + 7 * number) % _SESSIONS).take(
            pa.array(traces)
        ),
        "response_id": pc.if_else(
            pc.equal(source.spans["response_id"], ""),
            "",
            pc.binary_join_element_wise(source.spans["response_id"], f"{number:x}", ""),
        ),
    }
    for name in _TEXTS:
        changed[name] = pc.replace_substring(
            source.spans[name], order_number(0, 0)[6:], order_number(number, 0)[6:]
        )
    names = np.empty(count, object)
    names[traces] = trace_ids.to_numpy(zero_copy_only=False)
    late = source.late_ns > 0
    return Copy(_replaced(source.spans, changed), list(names[~late]))


def _with_order_numbers(table: pa.Table, trace_of: _Numbers) -> pa.Table:
    """The number of its order behind the first sentence of each text; a copy then exchanges its last digits."""
    changed = {}
    for name in _TEXTS:
        texts = zip(table[name].to_pylist(), trace_of.tolist(), strict=True)
        numbered = [text.replace(". ", f". Order {order_number(0, n)}. ", 1) for text, n in texts]
        changed[name] = pa.array(numbered)
    return _replaced(table, changed)


def _with_failures(table: pa.Table, trace_of: _Numbers) -> pa.Table:
    """Failed calls fail in several ways."""
    said = table["error_type"].to_pylist()
    chosen = [
        _FAILURES[n % len(_FAILURES)] if text else ("", "", "")
        for text, n in zip(said, trace_of.tolist(), strict=True)
    ]
    names = ("error_type", "error_class", "error_message")
    return _replaced(
        table,
        {name: pa.array(one) for name, one in zip(names, zip(*chosen, strict=True), strict=True)},
    )


def _replaced(table: pa.Table, changed: dict[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
    columns = [changed.get(name, table[name]) for name in table.column_names]
    return pa.Table.from_arrays(
        [column.cast(kind) for column, kind in zip(columns, table.schema.types, strict=True)],
        schema=table.schema,
    )


def _other_ids(ids: pa.ChunkedArray, mask: bytes) -> pa.Array:
    """The ids, in which every byte is changed in the same way in all of them; an empty one stays empty."""
    texts = ids.combine_chunks()
    width = 2 * len(mask)
    is_given = pc.equal(pc.binary_length(texts), width).to_numpy(zero_copy_only=False)
    raw = np.frombuffer(
        bytes.fromhex("".join(texts.filter(pa.array(is_given)).to_pylist())), np.uint8
    )
    changed: _Bytes = raw ^ np.frombuffer(mask * (len(raw) // len(mask)), np.uint8)
    ends = np.concatenate([[0], np.cumsum(np.where(is_given, width, 0))]).astype(np.int32)
    text = changed.tobytes().hex().encode()
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(text))


def _numbers(names: pa.ChunkedArray, trace_of: _Numbers, count: int) -> _Numbers:
    """The number in `user-17` of each trace."""
    found = np.zeros(count, np.int64)
    found[trace_of] = [int(name.rpartition("-")[2] or 0) for name in names.to_pylist()]
    return found


def _named(prefix: str, numbers: Sequence[int] | _Numbers) -> pa.Array:
    return pa.array([f"{prefix}{number}" for number in numbers])
