"""How a dialect fills a span: only what is still empty, from the attribute that it names."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from clearspan.wire import Usage
from clearspan_server.ingest.coerce import MOST_COUNT, json_text, number, opened, text, whole
from clearspan_server.ingest.draft import Attributes, Candidate, Draft, Value
from clearspan_server.ingest.normalise import messages
from clearspan_server.ingest.normalise.keys import Keys, Pairs
from clearspan_server.model.messages import Message, input_text, output_text
from clearspan_server.model.span import Span

_MOST = {"attempt": 2**16 - 1, "step_index": 2**32 - 1}  # what their columns hold
_MOST_DOLLARS = 10**6 - 1  # for one call; more is a broken count
_PICO = Decimal("1E-12")  # the last digit of money, as it is stored
_REQUEST = "gen_ai.request."
_NOT_PARAMETERS = frozenset(
    f"{_REQUEST}{name}" for name in ("model", "stream", "is_stream", "user")
)
_BLOCKS = frozenset(
    ("text", "toolUse", "toolResult", "reasoningContent", "image", "document")
)  # Bedrock
_LONGEST_INDEX = 6  # digits
_LONGEST_S = 7 * 24 * 3600.0


def fill_text(span: Span, attributes: Attributes, pairs: Pairs) -> None:
    """Text fields, each from the first of its attributes that is not empty."""
    for key, field in pairs:
        value = attributes.get(key)
        if value is not None and value != "" and not getattr(span, field):
            setattr(span, field, text(value))


def fill_whole(span: Span, attributes: Attributes, pairs: Pairs) -> None:
    """Whole-number fields; negative, NaN and words leave them unknown."""
    for key, field in pairs:
        value = attributes.get(key)
        if value is not None and getattr(span, field) is None:
            setattr(span, field, whole(value, _MOST.get(field, MOST_COUNT)))


def fill_json(span: Span, attributes: Attributes, pairs: Pairs) -> None:
    """Fields that hold JSON text."""
    for key, field in pairs:
        value = attributes.get(key)
        if value is not None and not getattr(span, field):
            setattr(span, field, json_text(value))
            if value == getattr(span, field):
                span.mirrored[key] = field


def fill_cost(span: Span, attributes: Attributes, pairs: Pairs) -> None:
    """The cost that the sender reports, in US dollars; normalise() drops a zero that means "unknown"."""
    for key, _ in pairs:
        dollars = number(attributes.get(key))
        if dollars is not None and 0 <= dollars <= _MOST_DOLLARS and span.reported_cost is None:
            span.reported_cost = Decimal(str(dollars)).quantize(_PICO)


def fill_ttft(span: Span, seconds: float | None) -> None:
    """Time to the first token; a negative one, or more than a week, is a broken clock."""
    if seconds is not None and 0 <= seconds <= _LONGEST_S and span.ttft_ns is None:
        span.ttft_ns = round(seconds * 1e9)


def ttft_from_event(draft: Draft, names: Collection[str]) -> None:
    """Time to the first token, from the first event with one of `names`."""
    for event in draft.events:
        if event.name in names:
            fill_ttft(draft.span, (event.time_ns - draft.span.start_ns) / 1e9)
            return


def request_parameters(attributes: Attributes, keys: Keys) -> Attributes:
    """What a call was asked with (`gen_ai.request.…`), without what was not set and what has a field of its own."""
    start = len(_REQUEST)
    return {
        key[start:]: value
        for key in keys.under(_REQUEST)
        if key not in _NOT_PARAMETERS and is_set(value := attributes[key])
    }


def is_set(value: Value) -> bool:
    """Whether a parameter says anything: not empty, not NaN."""
    if isinstance(value, float):
        return math.isfinite(value)
    return value is not None and value not in ("", [])


def note_usage(draft: Draft, pairs: Pairs, *, is_exclusive: bool = False) -> None:
    """What a convention says of the usage, attribute → field of `Usage`; normalise/usage.py decides among all."""
    if not pairs:
        return
    usage = Usage()
    for key, name in pairs:
        value = draft.attributes.get(key)
        if value is not None and getattr(usage, name) is None:
            setattr(usage, name, whole(value))
    draft.usages.append(Candidate(usage, is_exclusive))


@dataclass(slots=True)
class Source:
    """An attribute that holds a conversation: its name, its value, and the value without its JSON."""

    key: str
    raw: Value
    parsed: Value


def set_input(draft: Draft, found: list[Message], source: Source | None = None) -> None:
    """The canonical input; `source` where it may reproduce the attribute that it comes from."""
    draft.span.input = _keep(draft, "input", found, source)
    draft.input_text = input_text(found)


def set_output(draft: Draft, found: list[Message], source: Source | None = None) -> None:
    """The canonical output, and the finish reason that its last message may carry."""
    draft.span.output = _keep(draft, "output", found, source)
    draft.output_text = output_text(found) or messages.calls_preview(found)
    if not draft.span.finish_reason:
        draft.span.finish_reason = text(found[-1].get("finish_reason"))


def set_value(draft: Draft, side: str, key: str, value: Value) -> None:
    """A generic input or output: the value as text, where no conversation was found."""
    if value in (None, "", [], {}) or getattr(draft.span, side):
        return
    held = text(value)
    setattr(draft.span, side, held)
    setattr(draft, f"{side}_text", held)
    draft.span.mirrored[key] = side


def _keep(draft: Draft, side: str, found: list[Message], source: Source | None) -> str:
    """The stored text: the sender's own where it is canonical and readable, else written anew."""
    if source is None or found != source.parsed:
        return messages.dump(found)
    draft.span.mirrored[source.key] = side
    # Escaped letters would hide words from the text index.
    raw = source.raw
    return raw if isinstance(raw, str) and "\\u" not in raw else messages.dump(found)


def content(value: Value) -> Value:
    """A message's content: JSON text of a list of parts is opened, any other text is what somebody wrote."""
    found = opened(value)
    is_parts = isinstance(found, list) and all(
        isinstance(one, dict) and ("type" in one or not _BLOCKS.isdisjoint(one)) for one in found
    )
    return found if is_parts and found else value


def indexed(attributes: Attributes, prefix: str) -> Iterable[tuple[int, str, Value]]:
    """The flattened list under `prefix`: index, rest of the key, value; gaps in the indices are allowed."""
    start = len(prefix)
    for key in attributes:
        if key.startswith(prefix):
            index, _, rest = key[start:].partition(".")
            if index.isdecimal() and len(index) <= _LONGEST_INDEX:
                yield int(index), rest, attributes[key]


def grouped(attributes: Attributes, prefix: str) -> list[Attributes]:
    """The flattened list under `prefix` as one dictionary an item, in order of the indices."""
    groups: dict[int, Attributes] = {}
    for index, rest, value in indexed(attributes, prefix):
        groups.setdefault(index, {})[rest] = value
    return [groups[index] for index in sorted(groups)]
