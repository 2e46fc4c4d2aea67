"""Whatever stands under the names that dialects know: no rule fails over it, and no span is lost."""

import copy
import json
import os
import random
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan_server.ingest.admission import Caller, admit
from clearspan_server.ingest.decode_traces import decode_json, decode_protobuf
from clearspan_server.ingest.draft import Attributes, Draft, Event, Origin, Value
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.normalise import DIALECTS, normalise
from clearspan_server.ingest.price import price, set_cost
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.signals import Clock, Setting, take
from clearspan_server.store.columns import SCHEMA_VERSION, from_bytes, to_batch, to_bytes
from conforming import captured, is_json
from sampling import examples
from sending import request_of, span

EXAMPLES = int(os.environ.get("CLEARSPAN_EXAMPLES", examples(400)))
PRIVACY = Privacy(Redactor(), b"key")

LEAVES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63 - 1, -(2**63), 10**30, 0.5, -0.0, 1e308),
    *(float("nan"), float("inf"), -float("inf"), "", " ", "0", "-1", "NaN", "1e999", "12.5"),
    *("null", "[]", "{}", '""', "[", '{"', "\x00", '"\\ud800"', "é✓", "text", "a" * 5_000),
    *("tool", "assistant", "text", "json", "2026-11-21T00:00:00Z", "data:image/png;base64,AAAA"),
    *([], {}, [[]], [{}], [None], {"": None}, [1, "a", None], {"type": "text"}, [{"role": 1}]),
    *({"role": "user", "content": {}}, {"parts": [None, 1, {"type": []}]}, {"content": [1]}),
)


@cache
def captured_sets() -> list[Attributes]:
    """The attributes of all captured spans."""
    bodies = [body for _, _, requests in captured() for body in requests["traces"]]
    return [
        draft.attributes
        for body in bodies
        for draft in (decode_json if is_json(body) else decode_protobuf)(body, "p").drafts
    ]


@cache
def known_names() -> list[str]:
    """The names that dialects have in their tables, and all that were captured."""
    names = {name for attributes in captured_sets() for name in attributes}
    for dialect in DIALECTS:
        assert isinstance(dialect, ModuleType)
        names |= set(_texts(list(vars(dialect).values())))
    return sorted(names)


def _texts(held: Any) -> Iterator[str]:
    if isinstance(held, str) and held and len(held) < 200:
        yield held
    elif isinstance(held, dict):
        yield from _texts([*held, *held.values()])
    elif isinstance(held, (list, tuple, set, frozenset)):
        for one in held:
            yield from _texts(one)


def anything(draw: random.Random, depth: int = 0) -> Value:
    """A value of any type, or JSON text of one."""
    choice = draw.random()
    if depth < 4 and choice < 0.2:
        return [anything(draw, depth + 1) for _ in range(draw.randrange(4))]
    if depth < 4 and choice < 0.4:
        names = [*draw.sample(words(), 3), "x"]
        return {name: anything(draw, depth + 1) for name in names[: draw.randrange(5)]}
    if choice < 0.5:
        return json.dumps(anything(draw, depth + 1))
    leaf: Value = copy.deepcopy(draw.choice(LEAVES))
    return leaf


@cache
def words() -> list[str]:
    """The names inside captured JSON, where nested values are looked up."""
    found: set[str] = {"role", "content", "parts", "type", "text", "id", "usage", "choices"}
    rest: list[Any] = [value for attributes in captured_sets() for value in attributes.values()]
    while rest:
        held = rest.pop()
        if isinstance(held, str) and held[:1] in ("{", "["):
            held = _opened(held)
        if isinstance(held, dict):
            found |= held.keys()
        if isinstance(held, (dict, list)):
            rest += held.values() if isinstance(held, dict) else held
    return sorted(found)


def _opened(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def bent(draw: random.Random, held: Any) -> Any:
    """A captured value with a few of its leaves, or whole branches, replaced."""
    if isinstance(held, str) and held[:1] in ("{", "["):
        inner = _opened(held)
        return held if inner is None else json.dumps(bent(draw, inner))
    if draw.random() < 0.15:
        return anything(draw, 2)
    if isinstance(held, dict):
        return {key: bent(draw, value) for key, value in held.items() if draw.random() > 0.05}
    if isinstance(held, list):
        return [bent(draw, value) for value in held]
    return held


def made_up(draw: random.Random) -> Attributes:
    """Attributes of one or two captured spans, bent, and others that were never seen together."""
    attributes: Attributes = {}
    for _ in range(draw.randrange(3)):
        attributes |= {key: bent(draw, one) for key, one in draw.choice(captured_sets()).items()}
    for name in draw.sample(known_names(), draw.randrange(12)):
        attributes[name] = anything(draw)
    return attributes


def drafted(draw: random.Random) -> Draft:
    """A draft with such attributes, on itself and on its events."""
    (draft,) = decode_protobuf(request_of([span("a span")]), "p").drafts
    names = ("exception", "gen_ai.choice", "gen_ai.content.prompt", "new_token", "first_token", "")
    draft.events = [
        Event(draw.choice(names), draft.span.start_ns + draw.randrange(-5, 10**9), made_up(draw))
        for _ in range(draw.randrange(4))
    ]
    draft.attributes = made_up(draw)
    scopes = ("", "ai", "pydantic-ai", "logfire.openai", "openinference.instrumentation", "x")
    draft.origin = Origin(made_up(draw), draw.choice(scopes), "1")
    draft.otel_status = draw.randrange(3)
    return draft


@settings(max_examples=EXAMPLES, deadline=None, derandomize="CLEARSPAN_EXAMPLES" not in os.environ)
@given(st.integers(0, 2**64))
def test_anything_under_known_names_is_a_span_that_can_be_stored(number: int) -> None:
    draw = random.Random(number)
    drafts = [drafted(draw) for _ in range(5)]

    for draft in drafts:
        normalise(draft)
    spans = [finish(draft, PRIVACY) for draft in drafts]
    for one in spans:
        set_cost(one, price(one, LIST_ONLY))
    stored = from_bytes(to_bytes(to_batch(spans)), SCHEMA_VERSION)

    assert [one.truncated for one in spans if one.dialect == "raw"] == []
    assert stored.num_rows == len(drafts)


@settings(max_examples=EXAMPLES // 4, deadline=None, derandomize=True)
@given(st.integers(0, 2**64))
def test_anything_that_can_be_sent_is_taken(number: int) -> None:
    draw = random.Random(number)
    sent = [span(f"span {place}", _sendable(made_up(draw))) for place in range(5)]
    setting = Setting(admit(Caller(), {}, is_open=True), PRIVACY, Clock(), LIST_ONLY)

    taken = take("traces", "protobuf", request_of(sent), setting)

    assert (taken.accepted, taken.rejected) == (5, [])


def _sendable(attributes: Attributes) -> dict[str, Any]:
    """What the wire can carry: texts that are Unicode, numbers of 64 bits."""
    return {key: _carried(value) for key, value in attributes.items() if _carried(key) == key}


def _carried(value: Value) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-(2**63), min(2**63 - 1, value))
    if isinstance(value, list):
        return [_carried(one) for one in value]
    if isinstance(value, dict):
        return {str(_carried(key)): _carried(one) for key, one in value.items()}
    return value
