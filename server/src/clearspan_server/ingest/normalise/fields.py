"""How a dialect fills a span: only what is still empty, from the attribute that it names."""

from collections.abc import Iterable
from dataclasses import dataclass

from clearspan.wire import Usage
from clearspan_server.ingest.coerce import MOST_COUNT, json_text, text, whole
from clearspan_server.ingest.draft import Attributes, Candidate, Draft, Value
from clearspan_server.ingest.normalise import messages
from clearspan_server.ingest.normalise.keys import Pairs
from clearspan_server.model.messages import Message, input_text, output_text
from clearspan_server.model.span import Span

_MOST = {"attempt": 2**16 - 1, "step_index": 2**32 - 1}  # what their columns hold


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


def indexed(attributes: Attributes, prefix: str) -> Iterable[tuple[int, str, Value]]:
    """The flattened list under `prefix`: index, rest of the key, value; gaps in the indices are allowed."""
    start = len(prefix)
    for key, value in attributes.items():
        if key.startswith(prefix):
            index, _, rest = key[start:].partition(".")
            if index.isdecimal():
                yield int(index), rest, value


def grouped(attributes: Attributes, prefix: str) -> list[Attributes]:
    """The flattened list under `prefix` as one dictionary an item, in order of the indices."""
    groups: dict[int, Attributes] = {}
    for index, rest, value in indexed(attributes, prefix):
        groups.setdefault(index, {})[rest] = value
    return [groups[index] for index in sorted(groups)]
