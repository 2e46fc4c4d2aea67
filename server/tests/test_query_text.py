"""Full text: words and phrases in many languages, in messages as they are stored."""

import json

import pytest

from clearspan_server.query import SQL
from clearspan_server.query.filter import Stillness, compose, span_clauses
from clearspan_server.query.text import ERRORS, MESSAGES
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement
from reading import BASE_NS, HOUR_NS, Reader, span

INDEXES = ("input_parts", "output_parts", "error_parts")


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
    ("orders", "calls search_orders(7)"),
    ("SEARCH_ORDERS", "calls search_orders(7)"),
    ("profile", "await getUserProfile(id)"),
    ("getuserprofile", "await getUserProfile(id)"),
    ("getUserProfile", "await getUserProfile(id)"),
    ("create", "openai.chat.completions.create(model)"),
    ("chat.completions", "openai.chat.completions.create(model)"),
    ('"for (let i = 0"', "for (let i = 0; i < n; i++) {"),
    ("مرحبا", "قال مرحبا بالعالم"),
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
        ("order", "calls search_orders(7)"),
        ("search_orders", "search all orders"),
        ("fund", "a refund"),
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


def test_the_filter_spells_the_expressions_of_the_text_indexes(engine: Engine) -> None:
    rows = engine.query(
        "select expr from system.data_skipping_indices"
        " where database = currentDatabase() and table = 'spans' and type = 'text'"
    )

    assert {row["expr"] for row in rows} == {text.indexed for text in (*MESSAGES, ERRORS)}


@pytest.mark.parametrize("text", ["refund", '"refund policy"', "退款", "search_orders", "-refund*"])
def test_a_search_reads_by_the_text_index(reader: Reader, text: str) -> None:
    reader.store(*(span(number, input=said(f"case {number}")) for number in range(1, 4)))
    clauses = span_clauses(reader.engine, text, Stillness(0, 0))
    window = {"from_ns": BASE_NS - HOUR_NS, "to_ns": BASE_NS + HOUR_NS, "limit": 10}
    values = clauses.values | window | {"project": reader.project}

    plan = reader.engine.query(
        f"explain indexes = 1 {compose(statement(SQL, 'spans'), clauses)}", values
    )

    lines = [str(next(iter(row.values()))) for row in plan]
    used = {name for name in INDEXES if any(f"Name: {name}" in line for line in lines)}
    assert used == (set() if "*" in text else set(INDEXES))
