"""Folding: what came beside a span's finished record is worked into its row, whatever order it came in.

The base is the newest finished record. Updates win over it, in the order in which they came; what is then still empty
comes from log events, then from the open record. Nothing that a part does not say erases anything. A row lists in
`filled` what is not its base's, so that folding again begins from the base: a field's name, `field.key` for one
entry of a map or list, or `*` where there is no finished record at all.
"""

from collections.abc import Iterable, Sequence
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace

from clearspan_server.ingest import limits
from clearspan_server.ingest.coerce import opened
from clearspan_server.ingest.estimate import estimate, forget_estimate
from clearspan_server.ingest.normalise.messages import calls_preview, dump, preview
from clearspan_server.ingest.price import PRICED_BY, price, set_cost
from clearspan_server.ingest.prices import Book
from clearspan_server.model.long_text import field_of
from clearspan_server.model.messages import Message, input_text, output_text
from clearspan_server.model.span import Span
from clearspan_server.store.parts import DEFAULTS, Part

NO_RECORD = "*"

_STATE = "clearspan.state"  # says what a record is, not what its span is
_MAPS = ("attributes", "attributes_number", "resource", "usage_other", "redactions")
_IDENTITY = ("project", "trace_id", "span_id", "start_ns")
# Computed here or by others: never taken from a part.
_COST = ("input_cost", "output_cost", "total_cost", "cost_by_class", "price_version")
_OURS = ("received_ns", "version", "is_deleted", "counted", "filled", "status")
_PREVIEW_OF = {"input": "input_preview", "output": "output_preview"}
_APART = frozenset((*_IDENTITY, *_COST, *_OURS, *_MAPS, "mirrored", "truncated"))
_SCALARS = tuple(name for name in DEFAULTS if name not in _APART)
# A finished record knows its parent: it has none when it says none.
_PARENT = frozenset(("parent_id", "parent_remote"))
# Of these a log event only guesses.
_OF_THE_SPAN = frozenset(("name", "kind", "scope_name", "scope_version", "dialect"))


@dataclass(slots=True)
class _Fold:
    """A row on its way, and what of it is not its base's."""

    span: Span
    filled: set[str] = field(default_factory=set)

    def take(self, name: str, part: Span) -> None:
        """Take a field of a part, with what belongs to it."""
        setattr(self.span, name, getattr(part, name))
        self.filled.add(name)
        shown = _PREVIEW_OF.get(name)
        if shown is not None:
            self.take(shown, part)
        mirrored = self.span.mirrored
        for key in [key for key, source in mirrored.items() if source == name]:
            del mirrored[key]
        for key, source in part.mirrored.items():
            if source == name:
                mirrored[key] = source
                self.filled.add(f"mirrored.{key}")
        self._uncut(name)
        self._cut(one for one in part.truncated if field_of(one) == name)

    def unite(self, part: Span, *, wins: bool) -> None:
        """Add the entries of a part's maps; those that are there already change only when it wins."""
        passed_over: set[str] = set()
        for name in _MAPS:
            held = getattr(self.span, name)
            for key, value in getattr(part, name).items():
                if key == _STATE or (key in held and not wins):
                    passed_over.add(f"{name}.{key}")
                    continue
                held[key] = value
                self.filled.add(f"{name}.{key}")
                self._uncut(f"{name}.{key}")
        notes = [one for one in part.truncated if one.partition(":")[0] not in DEFAULTS]
        self._cut(one for one in notes if field_of(one) not in passed_over)

    def _uncut(self, field_: str) -> None:
        """What was noted of the value before is about nothing any more."""
        for note in [one for one in self.span.truncated if field_of(one) == field_]:
            self.span.truncated.remove(note)
            self.filled.discard(f"truncated.{note}")

    def _cut(self, notes: Iterable[str]) -> None:
        for note in notes:
            if note not in self.span.truncated:
                self.span.truncated.append(note)
                self.filled.add(f"truncated.{note}")


def fold(row: Span | None, parts: Sequence[Part], book: Book) -> Span | None:
    """The span of a row, None where there is none yet, and all of its parts; None when the row is that already.

    The new row has the version after the old one's. One without a finished record counts its versions from 1, so that
    any finished record wins over it. What changes its usage or its model is priced anew.
    """
    if not parts:
        return None
    opens, updates, logs = (
        [part for part in parts if part.kind == kind] for kind in ("open", "update", "log")
    )
    log = [joined(logs)] if logs else []
    base = base_of(row)
    was_estimated = base is not None and forget_estimate(base)
    result = _Fold(_blank(row, parts)) if base is None else _Fold(base)
    for update in updates:
        for name in _said(update.span):
            result.take(name, update.span)
        result.unite(update.span, wins=True)
    _settle_times(result.span, [update.span for update in updates])
    begun = [part.span for part in opens]
    for name in _SCALARS:
        if base is None or name not in _PARENT:
            _fill(result, name, [*begun, *log] if name in _OF_THE_SPAN else [*log, *begun])
    for span in (*log, *begun):
        result.unite(span, wins=False)
    _settle(result, row, parts)
    if estimate(result.span) or was_estimated or not result.filled.isdisjoint(PRICED_BY):
        set_cost(result.span, price(result.span, book))
    return (
        None
        if row is not None and replace(result.span, version=row.version) == row
        else result.span
    )


def joined(logs: Sequence[Part]) -> Span:
    """Log parts as one: their messages in order of time, everything else from the first that says it."""
    ordered = sorted(logs, key=lambda part: (part.span.start_ns, part.part_id))
    spans = [part.span for part in ordered]
    if len(spans) == 1:
        return spans[0]
    result = _Fold(deepcopy(spans[0]))
    for span in spans[1:]:
        for name in _SCALARS:
            _fill(result, name, [span])
        result.unite(span, wins=False)
    one = result.span
    given, answer = (_conversation([getattr(span, side) for span in spans]) for side in _PREVIEW_OF)
    if given:
        one.input, one.input_preview = dump(given), preview(input_text(given))
    if answer:
        shown = output_text(answer) or calls_preview(answer)
        one.output, one.output_preview = dump(answer), preview(shown)
    one.filled = []
    return one


def _conversation(texts: Iterable[str]) -> list[Message]:
    """The messages of several events; one that repeats the conversation so far goes on from there."""
    together: list[Message] = []
    for text in texts:
        found = opened(text)
        messages = found if isinstance(found, list) else []
        said = [
            one for one in messages if isinstance(one, dict) and isinstance(one.get("parts"), list)
        ]
        if said[: len(together)] != together:
            said = together + said
        together = said or together
    return together


def base_of(row: Span | None) -> Span | None:
    """The finished record below a row: what came beside it is taken off; None where there is none."""
    if row is None or NO_RECORD in row.filled:
        return None
    base = deepcopy(row)
    for name in row.filled:
        column, dot, key = name.partition(".")
        held = getattr(base, column)
        if not dot:
            setattr(base, column, copy(DEFAULTS[column]))
        elif isinstance(held, dict):
            held.pop(key, None)
        elif key in held:
            held.remove(key)
    return base


def _blank(row: Span | None, parts: Sequence[Part]) -> Span:
    """A span of which only parts came; it starts when its open record says, else when they first speak of it."""
    first = parts[0].span
    starts: dict[str, list[int]] = {}
    for part in parts:
        starts.setdefault(part.kind, []).append(part.span.start_ns)
    known = next(starts[kind] for kind in ("open", "update", "log") if kind in starts)
    return Span(
        project=first.project,
        trace_id=first.trace_id,
        span_id=first.span_id,
        start_ns=min(known),
        counted=row.counted if row else True,
    )


def _said(span: Span) -> Iterable[str]:
    """The fields that a part speaks of."""
    return (name for name in _SCALARS if getattr(span, name) != DEFAULTS[name])


def _fill(result: _Fold, name: str, spans: Iterable[Span]) -> None:
    default = DEFAULTS[name]
    if getattr(result.span, name) == default:
        for span in spans:
            if getattr(span, name) != default:
                result.take(name, span)
                return


def _settle_times(span: Span, updates: Sequence[Span]) -> None:
    """The latest of the ends that updates tell; an update's time to first token counts from its own start."""
    span.end_ns = max(
        (one.end_ns for one in updates if one.end_ns is not None), default=span.end_ns
    )
    for one in updates:
        if one.ttft_ns is not None:
            span.ttft_ns = max(0, one.start_ns + one.ttft_ns - span.start_ns)


def _settle(result: _Fold, row: Span | None, parts: Sequence[Part]) -> None:
    """What follows from the fields, wherever they came from."""
    span, filled = result.span, result.filled
    has_record = row is not None and NO_RECORD not in row.filled
    _settle_status(span, row, parts, has_record=has_record)
    _settle_leaving(result)
    _settle_total(result, [part.span for part in parts if part.kind == "update"])
    model = span.request_model or span.response_model
    if span.kind == "other" and model and (span.input_tokens is not None or span.input):
        span.kind = "llm"
        filled.add("kind")
    if not has_record and not any(part.kind == "open" for part in parts):
        span.process = ""  # nobody said that it is open, so nobody's silence ends it
    span.received_ns = max(
        row.received_ns if row else 0, *(part.span.received_ns for part in parts)
    )
    limits.cut(span)  # of many parts that are within the limits, together they may not be
    span.truncated = list(dict.fromkeys(span.truncated))
    span.version = row.version + 1 if row else 1
    span.filled = sorted(filled) if has_record else [NO_RECORD]


def _settle_status(
    span: Span, row: Span | None, parts: Sequence[Part], *, has_record: bool
) -> None:
    said = [
        part.span.status
        for part in parts
        if part.kind == "update" and part.span.status not in ("ok", "open")
    ]
    if has_record and row is not None:
        # An update's status is not taken off again: it wins each time.
        span.status = said[-1] if said else row.status
    elif span.end_ns is not None:
        span.status = said[-1] if said else "ok"
    else:
        # Of one that comes back from an export its open record says it.
        has_crashed = any(part.span.status == "crashed" for part in parts if part.kind == "open")
        was_crashed = row is not None and row.status == "crashed"
        span.status = "crashed" if has_crashed or was_crashed else "open"


def _settle_leaving(result: _Fold) -> None:
    """A log event may be the one that says why an answer ended: "error", where the span knows of none, is a leaving."""
    span = result.span
    is_told = "finish_reason" in result.filled and span.finish_reason == "error"
    if is_told and span.kind == "llm" and span.status in ("ok", "cancelled"):
        span.status = span.error_class = "cancelled"
        result.filled.add("error_class")


def _settle_total(result: _Fold, updates: Iterable[Span]) -> None:
    span, filled = result.span, result.filled
    if span.input_tokens is None or span.output_tokens is None:
        return
    is_stale = not filled.isdisjoint(("input_tokens", "output_tokens")) and not any(
        update.total_tokens is not None for update in updates
    )
    if span.total_tokens is None or is_stale:
        span.total_tokens = span.input_tokens + span.output_tokens
        filled.add("total_tokens")
