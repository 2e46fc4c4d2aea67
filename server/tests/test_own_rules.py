"""A project's own words and patterns: what they find, that JSON stays JSON, and what is refused."""

import json

import pytest

from clearspan_server.errors import BadInput
from clearspan_server.ingest.own_rules import MAX_PATTERNS, MAX_WORDS, OwnRules
from clearspan_server.ingest.redact import Redactor
from clearspan_server.model.privacy import OwnPattern

RULES = OwnRules(
    ["Project Nightjar", "Jürgen", "北极星"],
    [OwnPattern("order_no", r"ORD-\d{4,6}"), OwnPattern("first_word", r"^Secretly\b")],
)


def redacted(text: str) -> str:
    return Redactor(own=RULES).redact([text])[0][0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("about project nightjar.", "about [redacted:word]."),
        ("project nightjars", "project nightjars"),
        ("JÜRGEN said", "[redacted:word] said"),
        ("关于北极星计划", "关于[redacted:word]计划"),
        ("ORD-12345 and ORD-1", "[redacted:order_no] and ORD-1"),
        ("Secretly, he left", "[redacted:first_word], he left"),
        ("He left. Secretly", "He left. Secretly"),
        ("ORD-12345 of a@example.com", "[redacted:order_no] of [redacted:email]"),
    ],
)
def test_words_are_found_in_any_case_and_patterns_as_they_are_written(
    text: str, expected: str
) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize("depth", [1, 2, 9])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_strings_inside_json_are_decoded_redacted_and_written_again(
    *, depth: int, ensure_ascii: bool
) -> None:
    value: object = ['Secretly Jürgen\n"ORD-12345"', 12345678901234567890123, 1.10, None]
    for _ in range(depth):
        value = {"Jürgen": json.dumps(value, ensure_ascii=ensure_ascii), "n": 1.0}

    found: object = json.loads(redacted(json.dumps(value, ensure_ascii=ensure_ascii)))

    for _ in range(depth):
        assert isinstance(found, dict)
        assert found["n"] == 1.0
        found = json.loads(found["[redacted:word]"])
    mark = '[redacted:first_word] [redacted:word]\n"[redacted:order_no]"'
    assert found == [mark, 12345678901234567890123, 1.10, None]


def test_numbers_of_json_keep_every_digit() -> None:
    text = '{"a": 1.10, "b": 12345678901234567890, "c": "ORD-1234"}'

    assert redacted(text) == text.replace("ORD-1234", "[redacted:order_no]")


def test_finds_are_counted_by_name_beside_those_of_everybody() -> None:
    texts, counts = Redactor(own=RULES).redact(["ORD-1234 Jürgen", "Jürgen a@example.com", "none"])

    assert counts == {"order_no": 1, "word": 2, "email": 1}
    assert texts[2] == "none"


def test_finds_that_overlap_become_one() -> None:
    rules = OwnRules(["abc def"], [OwnPattern("letters", "def ghi")])

    texts, counts = Redactor(own=rules).redact(["abc def ghi"])

    assert (texts, counts) == (["[redacted:word]"], {"word": 1})


def test_a_word_inside_of_a_secret_leaves_nothing_of_it_behind() -> None:
    rules = OwnRules(["example", "nightjar"])
    key = "sk-" + "proj-" + "aB3dE5gH7jK9-nightjar-6xY8zA0cD"

    texts, counts = Redactor(own=rules).redact([f"ann@example.com, {key}"])

    assert texts == ["[redacted:email], [redacted:api_key]"]
    assert counts == {"email": 1, "api_key": 1}


def test_no_mark_is_taken_apart() -> None:
    rules = OwnRules(["redacted", "email"], [OwnPattern("all", "to .*")])

    [inside], _ = Redactor(own=rules).redact(["ann@example.com redacted"])
    [over], _ = Redactor(own=rules).redact(["mail to ann@example.com"])

    assert inside == "[redacted:email] [redacted:word]"
    assert over == "mail [redacted:all]"


def test_a_bare_number_becomes_a_string() -> None:
    rules = OwnRules([], [OwnPattern("member", r"\b77\d{4}\b")])

    assert Redactor(own=rules).redact(["771234", "7712345"])[0] == [
        '"[redacted:member]"',
        "7712345",
    ]


def test_no_pattern_reaches_from_one_text_into_the_next() -> None:
    rules = OwnRules([], [OwnPattern("span", "a[^x]*b")])
    texts = ["a", "b"]

    assert Redactor(own=rules).redact(texts) == (texts, {})


@pytest.mark.parametrize(
    ("patterns", "says"),
    [
        ([OwnPattern("a", "(")], "missing )"),
        ([OwnPattern("a", "(?=x)")], "invalid perl operator"),
        ([OwnPattern("a", "x*")], "matches the empty text"),
        ([OwnPattern("a", "x" * 501)], "1 to 500"),
        ([OwnPattern("a", "(?:(?:x{100}){100}){100}")], "cannot be used"),
        ([OwnPattern("A b", "x")], "is no name"),
        ([OwnPattern("a", "x")] * (MAX_PATTERNS + 1), "a project can have"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_with_the_reason(
    patterns: list[OwnPattern], says: str
) -> None:
    with pytest.raises(BadInput) as refused:
        OwnRules([], patterns)

    assert says in refused.value.message


@pytest.mark.parametrize("words", [["x"], ["y" * 101], ["word"] * (MAX_WORDS + 1)])
def test_words_that_are_too_short_too_long_or_too_many_are_refused(words: list[str]) -> None:
    with pytest.raises(BadInput):
        OwnRules(words)


def test_a_megabyte_is_walked_through_in_linear_time() -> None:
    rules = OwnRules([], [OwnPattern("evil", "(a+)+b"), OwnPattern("other", "(x|xx)+y")])

    assert Redactor(own=rules).redact(["a" * 1_000_000, "x" * 1_000_000])[1] == {}
