"""Full text: words and phrases in many languages, in messages as they are stored."""

import json
from pathlib import Path

import pytest

import clearspan_server.store
from clearspan_server.query.text import ERRORS, MESSAGES
from reading import Reader, span


def said(text: str) -> str:
    """A conversation as it is stored."""
    messages = [{"role": "user", "parts": [{"type": "text", "content": text}]}]
    return json.dumps(messages, ensure_ascii=False, separators=(",", ":"))


FOUND = [
    ("refund", "Please REFUND order 7"),
    ("REFUND", "please refund order 7"),
    ("order refund", "please refund order 7"),
    ('"refund order"', "please refund order 7"),
    ('"refund order" please', "please refund order 7"),
    ("退款", "请问退款政策是什么"),
    ('"退款政策"', "请问退款政策是什么"),
    ("返金", "返金はいつですか"),
    ("هل", "هل يمكنني"),
    ("größe", "Welche GRÖSSE? Größe 42"),
    ("search_orders", "calls search_orders(7)"),
    ("well-known", "a Well-Known fact"),
    ("next", "a line\nnext line"),
    ('"line next"', "a line\nnext line"),
    ("tabbed", "a\ttabbed text"),
    ("don't", "I don't know"),
    ('"C:\\temp"', "open C:\\temp\\x now"),
    ('"C:\\new"', "open C:\\new\\x now"),
    ("3.14", "it is 3.14, nearly"),
    ("fish & chips", "FISH & chips"),
    ('he said "yes"', "she asked, he said yes"),
]


@pytest.mark.parametrize(("q", "text"), FOUND)
def test_text_in_a_message_is_found(reader: Reader, q: str, text: str) -> None:
    reader.store(span(1, input=said("something else")), span(2, input=said(text)))

    found = reader.traces(filter=q)

    assert found == [2]


@pytest.mark.parametrize(("q", "text"), FOUND)
def test_text_in_an_error_message_is_found(reader: Reader, q: str, text: str) -> None:
    one_line = text.replace("\n", " ")
    reader.store(span(1, error_message="else"), span(2, error_message=one_line, status="error"))

    found = reader.spans(filter=q)

    assert found == [(2, 1)]


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("refunded", "refund"),
        ("refund lost", "refund"),
        ('"order refund"', "refund order, please order"),
        ("退货", "退款 and 货物"),
        ("fish & chips", "fish and chips"),
        ("nnext", "a line\nnext line"),
    ],
)
def test_what_is_not_said_is_not_found(reader: Reader, q: str, text: str) -> None:
    reader.store(span(1, input=said(text)))

    found = reader.spans(filter=q)

    assert found == []


def test_a_quotation_mark_inside_a_message_does_not_hide_its_words(reader: Reader) -> None:
    reader.store(span(1, output=said('she said "well done" twice')))

    assert reader.spans(filter='"well done"') == [(1, 1)]


def test_the_words_may_be_in_different_texts_of_one_span(reader: Reader) -> None:
    reader.store(span(1, input=said("question"), output=said("answer"), error_message="failure"))

    assert reader.spans(filter="question answer failure") == [(1, 1)]


def test_the_words_of_a_trace_are_in_one_span(reader: Reader) -> None:
    reader.store(span(1, 1, input="question"), span(1, 2, parent=1, input="answer"))

    assert reader.traces(filter="question answer") == []


def test_text_is_found_in_every_part_of_the_store(reader: Reader) -> None:
    for number in range(1, 5):
        reader.store(span(number, input=said("needle")))

    assert reader.traces(filter="needle") == [4, 3, 2, 1]


def test_the_filter_spells_the_expressions_of_the_text_indexes() -> None:
    schema = Path(clearspan_server.store.__file__).parent / "schema" / "spans.sql"

    lines = [
        line for line in schema.read_text(encoding="utf-8").splitlines() if "type text(" in line
    ]

    texts = (*MESSAGES, ERRORS)
    assert len(lines) == len(texts)
    for line, text in zip(lines, texts, strict=True):
        assert f" {text.indexed} " in line
