"""The assertions of `clearspan.testing`: they hold, and they tell what was there instead."""

import pytest

import clearspan
from clearspan.testing import assert_span, assert_tree, capture_spans


def recorded() -> list[clearspan.Span]:
    with capture_spans() as spans, clearspan.context(user="ann"), clearspan.span("answer"):
        with clearspan.retrieval_span("search", k=3):
            pass
        with clearspan.llm_span("chat", model="gpt-4o") as span:
            span.error("Refused")
    return spans


def test_a_span_is_found_by_any_of_its_facts() -> None:
    spans = recorded()

    assert assert_span(spans, kind="retriever", user="ann") is spans[0]
    assert assert_span(spans, status="error", model="gpt-4o") is spans[1]


def test_what_was_there_instead_is_told() -> None:
    with pytest.raises(AssertionError) as raised:
        assert_span(recorded(), name="chat", model="gpt-5", user="ann")

    assert str(raised.value).splitlines() == [
        "no span has name='chat', model='gpt-5', user='ann'; there was:",
        "  retriever 'search': name='search', model=None",
        "  llm 'chat': model='gpt-4o'",
        "  other 'answer': name='answer', model=None",
    ]


def test_a_failed_assertion_points_to_the_test() -> None:
    for check, given in ((assert_span, {"name": "no"}), (assert_tree, {"expected": "no"})):
        with pytest.raises(AssertionError) as raised:
            check(recorded(), **given)

        assert [entry.name for entry in raised.traceback if not entry.ishidden(raised)] == [
            "test_a_failed_assertion_points_to_the_test"
        ]


def test_a_tree_is_compared_as_an_outline() -> None:
    spans = recorded()

    assert_tree(
        spans,
        """
        answer
          search
          chat
        """,
    )
    with pytest.raises(AssertionError, match=r"but there was\nanswer\n  search\n  chat"):
        assert_tree(spans, "answer")
