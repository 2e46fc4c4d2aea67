"""What several spans of a trace say, in one answer."""

import json
from typing import Any

from reading import Reader, span, span_id, trace_id

CHAT = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Where is it?"}]}])
PATH = f"/traces/{trace_id(1)}/contents"


def ids(*numbers: int) -> list[str]:
    """The ids of a test's spans."""
    return [span_id(number) for number in numbers]


def test_contents_of_several_spans_come_in_order_of_start(reader: Reader) -> None:
    found = json.dumps([{"id": "kb-1", "content": "Refunds", "score": 0.5, "metadata": None}])
    reader.store(
        span(1, 1, kind="llm", input=CHAT, output="On its way"),
        span(1, 2, kind="tool", tool_arguments='{"order": 7}', tool_result="{broken"),
        span(1, 3, kind="retriever", retrieval_query="refund", documents=found),
        span(1, 4),
        span(2, 1),
    )

    answer = reader.get(PATH, span=ids(3, 2, 1, 9))

    call, tool, search = answer["spans"]
    assert [one["span_id"] for one in answer["spans"]] == ids(1, 2, 3)
    assert (call["input"], call["output"]) == (None, "On its way")
    assert call["input_messages"][0]["parts"][0]["content"] == "Where is it?"
    assert (tool["tool_arguments"], tool["tool_result"]) == ({"order": 7}, "{broken")
    assert (search["retrieval_query"], search["documents"][0]["score"]) == ("refund", 0.5)
    assert answer["left_out"] == []


def test_an_answer_is_bounded_and_says_what_it_left_out(reader: Reader) -> None:
    large = "x" * 5_000_000
    reader.store(*(span(1, number, input=large) for number in (1, 2, 3)))

    answer = reader.get(PATH, span=ids(1, 2, 3))

    assert [one["span_id"] for one in answer["spans"]] == ids(1)
    assert answer["left_out"] == ids(2, 3)


def test_contents_ask_for_few_spans_by_ids_of_an_ordinary_length(reader: Reader) -> None:
    too_many = reader.refusal(PATH, span=ids(*range(1, 52)))
    too_long = reader.refusal(PATH, span=["f" * 65])
    none = reader.refusal(PATH)

    assert [status for status, _ in (too_many, too_long, none)] == [400, 400, 400]


def test_contents_of_another_project_are_not_there(reader: Reader) -> None:
    reader.store(span(1, 1, input=CHAT))
    path = f"/traces/{trace_id(2)}/contents"

    assert reader.get(path, span=ids(1)) == {"spans": [], "left_out": []}


def test_every_text_of_a_span_is_searched_whole(reader: Reader) -> None:
    says = 'The Über-"Quick" fox'
    names = ("input", "output", "tool_result", "tool_arguments", "error_message", "events")
    fields: list[dict[str, Any]] = [{name: f"so: {says}."} for name in names]
    reader.store(
        *(span(1, at, **said) for at, said in enumerate(fields, 1)),
        span(1, 10, documents=json.dumps([{"content": says}], ensure_ascii=False)),
        span(1, 11, attributes={"k": json.dumps(says, ensure_ascii=False)}),
        span(1, 12, input="x" * 900_000 + says),
        span(1, 13, input="the quick fox"),
        span(2, 1, input=says),
    )
    path = f"/traces/{trace_id(1)}/matches"

    found = reader.get(path, words='über-"quick"')["span_ids"]

    assert found == ids(1, 2, 3, 4, 5, 6, 10, 11, 12)
    assert reader.get(path, words="nowhere")["span_ids"] == []
    assert reader.refusal(path, words="")[0] == 400
