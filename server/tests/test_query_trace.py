"""One trace and one span: order, depth, totals, bodies."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearspan_server.api.messages import messages
from clearspan_server.api.window import rfc3339
from clearspan_server.model.tree import places
from reading import BASE_NS, SECOND_NS, Reader, span, span_id, trace_id

EDGES = st.tuples(st.integers(1, 12), st.integers(0, 15))  # a span and its parent; 0 is none


@given(st.lists(EDGES, max_size=12, unique_by=lambda edge: edge[0]))
def test_every_span_has_one_place_whatever_its_parents_say(edges: list[tuple[int, int]]) -> None:
    spans = [(str(own), str(parent) if parent else "") for own, parent in edges]

    found = places(spans)

    place_of = {own: place for (own, _), place in zip(spans, found, strict=True)}
    assert len(place_of) == len(spans)
    for own, parent in spans:
        place = place_of[own]
        assert place.orphan == (parent != "" and parent not in place_of)
        if place.depth > 0:
            assert place.depth == place_of[parent].depth + 1
        else:
            assert parent == "" or place.orphan or own in circle_from(parent, dict(spans))


def circle_from(own: str, parents: dict[str, str]) -> set[str]:
    """The span and all that is above it."""
    above: set[str] = set()
    while own in parents and own not in above:
        above.add(own)
        own = parents[own]
    return above


@given(st.permutations(range(1, 9)))
def test_a_tree_has_its_depths_in_any_order(order: list[int]) -> None:
    spans = [(str(number), str(number // 2) if number > 1 else "") for number in order]

    found = places(spans)

    depths = [place.depth for place in found]
    assert depths == [number.bit_length() - 1 for number in order]


def test_a_chain_of_a_hundred_thousand_spans_has_its_depth() -> None:
    spans = [(str(number), str(number - 1) if number else "") for number in range(100_000)]

    found = places(spans)

    assert found[-1].depth == 99_999


def shown(trace: Any) -> list[tuple[int, int, bool]]:
    """Number, depth and orphan of each span of a reply."""
    return [(int(one["span_id"], 16), one["depth"], one["orphan"]) for one in trace["spans"]]


def test_a_trace_shows_its_spans_in_order_of_start_with_their_depth(reader: Reader) -> None:
    reader.store(span(1, 3, parent=2), span(1, 1), span(1, 2, parent=1), span(1, 4, parent=1))

    found = reader.get(f"/traces/{trace_id(1)}")

    assert shown(found) == [(1, 0, False), (2, 1, False), (3, 2, False), (4, 1, False)]
    assert [one["start_offset_ns"] for one in found["spans"]] == [0, 10**6, 2 * 10**6, 3 * 10**6]


def test_an_orphan_is_shown_as_a_root(reader: Reader) -> None:
    reader.store(span(1, 2, parent=9), span(1, 3, parent=2))

    found = reader.get(f"/traces/{trace_id(1)}")

    assert shown(found) == [(2, 0, True), (3, 1, False)]
    assert found["trace"]["status"] == "open"


def test_spans_in_a_circle_are_shown_below_the_first_of_them(reader: Reader) -> None:
    reader.store(span(1, 2, parent=4), span(1, 3, parent=2), span(1, 4, parent=3))

    found = reader.get(f"/traces/{trace_id(1)}")

    assert shown(found) == [(2, 0, False), (3, 1, False), (4, 2, False)]


def test_a_trace_from_long_ago_is_found_by_its_id(reader: Reader) -> None:
    reader.store(span(1, start_ns=1_600_000_000_000_000_000))

    found = reader.get(f"/traces/{trace_id(1)}")

    assert found["trace"]["start"] == "2020-09-13T12:26:40.000000000Z"


USAGE: dict[str, Any] = {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
MODEL: dict[str, Any] = {"kind": "llm", "provider": "openai", "request_model": "gpt-5", **USAGE}
TRACES: dict[str, list[dict[str, Any]]] = {
    "whole": [
        {"number": 1, "kind": "agent", "user_id": "ann", "input_preview": "hi", "service": "web"},
        {"number": 2, "parent": 1, "total_cost": Decimal("0.1"), "service": "bot", **MODEL},
        {"number": 3, "parent": 1, "output_preview": "bye", "response_model": "gpt-5-x", **MODEL},
        {"number": 4, "parent": 1, "kind": "tool", "tags": ["b", "a"], "environment": "prod"},
    ],
    "double": [
        {"number": 1, "kind": "agent", "tags": ["a"], "counted": False, **USAGE},
        {"number": 2, "parent": 1, "total_cost": Decimal("0.25"), **MODEL},
    ],
    "failed below": [
        {"number": 1},
        {"number": 2, "parent": 1, "status": "error", "error_type": "A", "error_message": "a"},
        {"number": 3, "parent": 1, "status": "error", "error_type": "B", "error_message": "b"},
    ],
    "failed at the root": [
        {"number": 1, "parent": 2, "status": "error", "error_type": "A", "error_message": "a"},
        {"number": 2, "status": "error", "error_type": "R", "error_message": "r"},
    ],
    "failed with a result in hand": [
        {"number": 1, "status": "error", "input_preview": "hi", "output_preview": ""},
        {"number": 2, "parent": 1, "kind": "tool", "output_preview": "{}"},
    ],
    "open": [{"number": 1, "status": "open", "end_ns": None}, {"number": 2, "parent": 1}],
    "without a root": [{"number": 2, "parent": 9, "session_id": "s"}, {"number": 3, "parent": 9}],
    "cancelled": [{"number": 1, "status": "cancelled"}],
}


@pytest.mark.parametrize("name", TRACES)
def test_a_trace_has_the_same_totals_in_the_list_and_on_its_page(reader: Reader, name: str) -> None:
    reader.store(*(span(1, **fields) for fields in TRACES[name]))

    [row] = reader.get("/traces")["traces"]
    found = reader.get(f"/traces/{trace_id(1)}")

    assert found["trace"] == row


def test_totals_take_only_counted_spans(reader: Reader) -> None:
    root = span(1, 1, kind="agent", total_cost=Decimal("0.5"), **USAGE)
    call = span(1, 2, parent=1, total_cost=Decimal("0.25"), **MODEL)
    unpriced = span(1, 3, parent=1, **MODEL)
    reader.store(root, call, unpriced)

    found = reader.get(f"/traces/{trace_id(1)}")["trace"]

    assert (found["input_tokens"], found["total_tokens"]) == (200, 220)
    assert found["total_cost"] == "0.25"
    assert found["unpriced_count"] == 1


def test_tokens_and_cost_that_nobody_knows_are_null(reader: Reader) -> None:
    reader.store(span(1))

    found = reader.get(f"/traces/{trace_id(1)}")["trace"]

    assert (found["input_tokens"], found["total_cost"]) == (None, None)


def detail(reader: Reader, **fields: Any) -> Any:
    """The detail of a span that was stored with the fields."""
    reader.store(span(1, **fields))
    return reader.get(f"/traces/{trace_id(1)}/spans/{span_id(1)}")


def test_a_conversation_is_shown_as_messages_and_parts(reader: Reader) -> None:
    asked = [
        {"role": "system", "parts": [{"type": "text", "content": "Be kind."}]},
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "What is this?"},
                {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGk="},
                {"type": "uri", "mime_type": "audio/wav", "uri": "https://example.org/a.wav"},
                {"type": "file", "file_id": "f1"},
            ],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "[1]"}]},
    ]
    answered = [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Hm."},
                {"type": "tool_call", "id": "c2", "name": "look", "arguments": '{"at":"it"}'},
                {"type": "tool_call", "id": "c3", "name": "see", "arguments": {"n": 1}},
                {"type": "compaction", "content": "short"},
            ],
            "finish_reason": "tool_calls",
        }
    ]

    found = detail(reader, kind="llm", input=json.dumps(asked), output=json.dumps(answered))

    parts = [part for message in found["input_messages"] for part in message["parts"]]
    assert [part["type"] for part in parts] == [
        "text",
        "text",
        "image",
        "audio",
        "file",
        "tool_result",
    ]
    assert parts[1]["content"] == "What is this?"
    assert parts[2]["data"]["content"] == "aGk="
    assert parts[5] == {"type": "tool_result", "content": "", "id": "c1", "name": "", "data": [1]}
    [message] = found["output_messages"]
    assert message["finish_reason"] == "tool_call"
    assert [part["type"] for part in message["parts"]] == [
        "reasoning",
        "tool_call",
        "tool_call",
        "other",
    ]
    assert message["parts"][1]["data"] == {"at": "it"}
    assert message["parts"][2]["data"] == {"n": 1}
    assert message["parts"][3]["data"]["content"] == "short"


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        '{"a": [1, null]}',
        "[]",
        "[1, 2]",
        '[{"role": "user"}]',
        '{"broken',
        "12",
        "true",
        "[" * 400,
    ],
)
def test_an_input_that_is_no_conversation_is_shown_as_it_came(reader: Reader, text: str) -> None:
    found = detail(reader, input=text)

    assert found["input_messages"] is None
    assert found["input"] == (
        json.loads(text) if text in ('{"a": [1, null]}', "[]", "[1, 2]") or "role" in text else text
    )


def test_a_value_that_is_too_deep_stays_text(reader: Reader) -> None:
    deep = "[" * 300 + "]" * 300

    found = detail(reader, input=deep, attributes={"a": deep}, tool_result=deep)

    assert (found["input"], found["attributes"]["a"], found["tool_result"]) == (deep, deep, deep)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab"\\{[', max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "parts", "type", "content", "response", "mime_type", "id"]),
            inner,
        )
    ),
)


@given(JSON, st.lists(JSON, max_size=3))
def test_any_stored_value_can_be_shown(value: Any, parts: list[Any]) -> None:
    assert messages(value) is None or value
    shown_as = messages([{"role": "user", "parts": parts}])

    assert shown_as is not None
    assert len(shown_as[0].parts) == len(parts)


def test_attributes_come_back_as_they_were_sent(reader: Reader) -> None:
    asked = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Hello?"}]}])
    answered = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Hello!"}]}])

    found = detail(
        reader,
        input=asked,
        output=answered,
        tool_arguments='{"a":1}',
        attributes={"text": '"12"', "number": "12", "list": '["a"]', "broken": '"a'},
        attributes_overflow='{"beyond": true}',
        mirrored={
            "gen_ai.input.messages": "input",
            "input.value": "input_text",
            "output.value": "output_text",
            "tool.args": "tool_arguments",
        },
        resource={"service.name": '"shop"'},
    )

    assert found["attributes"] == {
        "text": "12",
        "number": 12,
        "list": ["a"],
        "broken": '"a',
        "beyond": True,
        "gen_ai.input.messages": asked,
        "input.value": "Hello?",
        "output.value": "Hello!",
        "tool.args": '{"a":1}',
    }
    assert found["resource"] == {"service.name": "shop"}


def test_the_detail_shows_tool_documents_events_usage_and_cost(reader: Reader) -> None:
    found = detail(
        reader,
        tool_arguments='{"order":7}',
        tool_result="shipped",
        documents=json.dumps(
            [{"id": "d1", "content": "text", "score": 0.5, "metadata": {"p": 1}}, {}, 3]
        ),
        events=json.dumps([{"name": "first", "time_ns": BASE_NS + 1, "attributes": {"a": [1]}}]),
        links=json.dumps([{"trace_id": trace_id(5), "span_id": span_id(6), "attributes": {}}]),
        parameters='{"temperature":0}',
        usage_other={"search": 2},
        cost_by_class={"input": Decimal("0.10")},
        total_cost=Decimal("120.000"),
        truncated=["input:70000"],
        redactions={"email": 2},
        filled=["input", "attributes.tier"],
        **USAGE,
    )

    assert found["tool_arguments"] == {"order": 7}
    assert found["tool_result"] == "shipped"
    assert [one["score"] for one in found["documents"]] == [0.5, None]
    assert found["documents"][0]["metadata"] == {"p": 1}
    assert found["events"] == [
        {"name": "first", "time": rfc3339(BASE_NS + 1), "attributes": {"a": [1]}}
    ]
    assert found["links"][0]["span_id"] == span_id(6)
    assert found["parameters"] == {"temperature": 0}
    assert found["usage"]["other"] == {"search": 2}
    assert found["cost"]["by_class"] == {"input": "0.1"}
    assert found["cost"]["total"] == "120"
    assert (found["truncated"], found["redactions"]) == (["input:70000"], {"email": 2})
    assert found["filled"] == ["input", "attributes.tier"]
    assert found["duration_ns"] == SECOND_NS
