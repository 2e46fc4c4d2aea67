"""The sessions of coding agents: what their log events tell becomes spans, again whenever more of them came."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from clearspan_server.ingest.agent_events import (
    CODEX,
    SESSION,
    AgentEvent,
    SessionKey,
    Turn,
    event_of,
    turns_of,
)
from clearspan_server.ingest.claude_code_events import claude_code_turn
from clearspan_server.ingest.codex_events import codex_turn
from clearspan_server.ingest.coerce import to_json
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.encode import finish
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.price import price, set_cost
from clearspan_server.ingest.renormalise import Today
from clearspan_server.model.span import Span
from clearspan_server.store.agenda import Hour
from clearspan_server.store.columns import to_batch
from clearspan_server.store.counting import Key, hour_of, named
from clearspan_server.store.derived import Mark, Stretch, widen
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_MINUTE_NS, _HOUR_NS = 60_000_000_000, 3_600_000_000_000
_REACHES_NS = (12 * _HOUR_NS, 2 * _HOUR_NS, _HOUR_NS // 4)  # how far from what came is looked
_MOST_EVENTS = 20_000  # else less far

_NAMES = {
    "claude-code": (
        *("user_prompt", "assistant_response", "api_request", "api_error", "api_refusal"),
        *("tool_result", "tool_decision", "compaction"),
    ),
    CODEX: (
        *("user_prompt", "api_request", "websocket_request", "sse_event", "websocket_event"),
        *("tool_result", "tool_decision"),
    ),
}
_PREFIX = {"claude-code": "claude_code.", CODEX: "codex."}
_BUILDERS: Mapping[str, Callable[[Turn], list[Draft]]] = {
    "claude-code": claude_code_turn,
    CODEX: codex_turn,
}


@dataclass(slots=True)
class Changed:
    """The traces whose spans are made of the events, or were taken away, and when these start."""

    keys: set[Key] = field(default_factory=set)
    starts: dict[Key, Stretch] = field(default_factory=dict)
    hours: set[Hour] = field(default_factory=set)


def stitch(
    engine: Engine, days: Callable[[str], Today], session: SessionKey, reach_ns: Stretch, mark: Mark
) -> Changed:
    """Make the spans of a session's turns anew, as far as events of `reach_ns` (first, last) can have changed them.

    What is stored already, and says the same, is not written; what no event tells any more is taken away, of which
    `mark` hears before: once it is gone, nobody could tell its hours any more.
    """
    project, agent, _ = session
    turns = _turns(engine, session, reach_ns)
    # What came before its prompt stood for itself until that came.
    nameless = Turn(project, agent, session[2], "").trace_id
    trace_ids = sorted({nameless, *(turn.trace_id for turn in turns)})
    stored = _stored(engine, project, trace_ids)
    today = days(project)
    fresh = {
        (span.trace_id, span.span_id): span
        for turn in turns
        for span in _finished(_BUILDERS[agent](turn), today)
    }
    written = [
        one for ids, span in fresh.items() if (one := _newer(span, stored.get(ids))) is not None
    ]
    gone = [span for ids, span in stored.items() if ids not in fresh]
    before = [stored[ids] for one in written if (ids := (one.trace_id, one.span_id)) in stored]
    # The minute of its start is part of a row's key: with another one it would be there twice.
    moved = [one for one in before if not _is_in_minute(one, fresh[one.trace_id, one.span_id])]
    left = {ids[0] for ids in stored} - {ids[0] for ids in fresh}
    # A server that is killed in between finds what it needs of the rest in the spans that are still there.
    mark({hour_of(project, span.start_ns) for span in [*gone, *moved]})
    _leave(engine, [(project, trace_id) for trace_id in sorted(left)])
    _take_away(engine, moved)
    if written:
        engine.insert("spans", pa.Table.from_batches([to_batch(written)]), token=uuid.uuid4().hex)
    _take_away(engine, gone)
    # Also of those that were written already: the server may have been killed before their traces were derived.
    return _changed([*fresh.values(), *gone, *before])


def _turns(engine: Engine, session: SessionKey, reach_ns: Stretch) -> Sequence[Turn]:
    """The turns that events of `reach_ns` can have changed."""
    project, agent, name = session
    first_ns, last_ns = reach_ns
    frame = reach_ns
    events: list[AgentEvent] = []
    for far_ns in _REACHES_NS:
        frame = max(0, first_ns - far_ns), last_ns + far_ns
        rows = engine.query(statement(_SCHEMA, "agent_events"), _values(session, frame))
        events = [event_of(row) for row in rows]
        if len(events) < _MOST_EVENTS:
            break
    turns = _near(turns_of(project, agent, name, events), reach_ns)
    if all(turn.events[0].name == "user_prompt" for turn in turns):
        return turns
    before = _values(session, (max(0, frame[0] - _REACHES_NS[0]), frame[0]))
    rows = engine.query(statement(_SCHEMA, "agent_events_before"), before)
    return _whole(turns, {row["prompt"] for row in rows})


def _values(session: SessionKey, frame: Stretch) -> dict[str, object]:
    project, agent, name = session
    return {
        "project": project,
        "from_ns": frame[0],
        "to_ns": frame[1],
        "names": [f"{prefix}{one}" for one in _NAMES[agent] for prefix in {"", _PREFIX[agent]}],
        "key": SESSION[agent],
        "session": to_json(name),
        "limit": _MOST_EVENTS,
    }


def _whole(turns: Sequence[Turn], earlier: Collection[str]) -> Sequence[Turn]:
    """The turns without what belongs to one that began before the events that were read.

    Args:
        turns: They begin with a prompt, or with what the first of them that were read tell.
        earlier: The prompts that events before those named; "" where they named none.
    """
    whole = []
    for turn in turns:
        names = {event.said("prompt.id") for event in turn.events}
        if names & set(earlier) - {""}:
            continue
        if "" in earlier and "" in names and turn is turns[0]:
            starts = [at for at, event in enumerate(turn.events) if event.name == "user_prompt"]
            turn.events = turn.events[starts[0] :] if starts else []
        if turn.events:
            whole.append(turn)
    return whole


def _near(turns: Sequence[Turn], reach_ns: Stretch) -> Sequence[Turn]:
    """The turns with what came, and those beside them, which may have lost something to them."""
    first_ns, last_ns = reach_ns
    touched = [
        number
        for number, turn in enumerate(turns)
        if turn.events[0].time_ns <= last_ns and turn.events[-1].time_ns >= first_ns
    ]
    return turns[max(0, touched[0] - 1) : touched[-1] + 2] if touched else []


def _finished(drafts: Iterable[Draft], today: Today) -> list[Span]:
    """As any span that is received: normalised, priced, redacted."""
    spans: list[Span] = []
    for draft in drafts:
        span = draft.span
        normalise(draft)
        if span.input_tokens is not None or span.output_tokens is not None:
            set_cost(span, price(span, today.book))
        spans.append(finish(draft, today.privacy))
    return spans


def _stored(engine: Engine, project: str, trace_ids: Sequence[str]) -> dict[tuple[str, str], Span]:
    keys = {(project, trace_id) for trace_id in trace_ids}
    rows = engine.query(statement(_SCHEMA, "trace_rows"), named(keys))
    spans = [Span(**row | {"is_deleted": False}) for row in rows]
    return {(span.trace_id, span.span_id): span for span in spans}


def _newer(span: Span, stored: Span | None) -> Span | None:
    """The span with a version of its own; None where the stored one says the same."""
    if stored is None:
        span.version = span.received_ns
        return span
    as_stored = replace(
        span, version=stored.version, received_ns=stored.received_ns, counted=stored.counted
    )
    if as_stored == stored:
        return None
    span.counted = stored.counted
    span.version = max(span.received_ns, stored.version + 1)
    return span


def _is_in_minute(one: Span, other: Span) -> bool:
    return one.start_ns // _MINUTE_NS == other.start_ns // _MINUTE_NS


def _take_away(engine: Engine, spans: Sequence[Span]) -> None:
    names = ["project", "trace_id", "span_id", "start_ns", "version", "is_deleted"]
    rows = [
        [one.project, one.trace_id, one.span_id, one.start_ns, one.version + 1, 1] for one in spans
    ]
    if rows:
        engine.insert_rows("spans", names, rows)


def _leave(engine: Engine, keys: Sequence[Key]) -> None:
    """Take the rows of traces away that have no span any more."""
    if not keys:
        return
    before: list[Row] = engine.query(statement(_SCHEMA, "traces_before"), named(set(keys)))
    names = ["project", "trace_id", "start_ns", "version", "is_deleted"]
    rows = [
        [row["project"], row["trace_id"], row["start_ns"], row["version"] + 1, 1] for row in before
    ]
    if rows:
        engine.insert_rows("traces", names, rows)


def _changed(spans: Iterable[Span]) -> Changed:
    changed = Changed()
    for span in spans:
        key = (span.project, span.trace_id)
        changed.keys.add(key)
        widen(changed.starts, {key: (span.start_ns, span.start_ns)})
        changed.hours.add(hour_of(span.project, span.start_ns))
    return changed
