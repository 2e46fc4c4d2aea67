"""The sieve before redaction: it is quick because it asks little, and lets through whatever a rule would find."""

import random
import re
from collections.abc import Iterator

import pytest
import re2
from hypothesis import given, settings

from clearspan_server.ingest.pattern import REJECTED
from clearspan_server.ingest.patterns import RULES
from clearspan_server.ingest.sieve import Sieve
from redaction_corpus import corpus
from test_redact import FRAMES, POSITIVE, TEXT

SIEVE = Sieve(RULES)
PATTERNS = [re2.compile(rule.pattern) for rule in RULES]
SEED, COUNT = 77, 4_000
# What people and programs write between the groups of a number, and in front of it.
SEPARATORS, FRONT = (
    (" ", "-", ".", "/", ""),
    ("", " ", "\0", "\\n", "\\u00e9", "\\u1234", "x.", "(", '"'),
)


def finding(text: bytes) -> Iterator[int]:
    """The rules that find something, each asked by itself."""
    for number, (rule, pattern) in enumerate(zip(RULES, PATTERNS, strict=True)):
        if any(is_found(rule.check, text, match) for match in pattern.finditer(text)):
            yield number


def is_found(check: object, text: bytes, match: "re.Match[bytes]") -> bool:
    return callable(check) and check(text, *match.span(1)) != REJECTED


def hidden(texts: list[str]) -> list[tuple[str, str]]:
    """Texts in which a rule finds something that the sieve does not let through, with the type of the rule."""
    return [
        (RULES[number].type, text)
        for text in texts
        for raw in [text.encode("utf-8", "surrogatepass")]
        for number in set(finding(raw)) - set(SIEVE.hits(raw))
    ]


def test_nothing_of_a_corpus_is_held_back() -> None:
    assert hidden([one.text for one in corpus(SEED, COUNT)]) == []


@pytest.mark.parametrize("type_", POSITIVE)
def test_nothing_is_held_back_wherever_it_stands(type_: str) -> None:
    texts = [frame.format(secret) for secret in POSITIVE[type_] for frame in FRAMES]

    assert hidden(texts) == []


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TEXT)
def test_nothing_of_any_text_is_held_back(text: str) -> None:
    assert hidden([text]) == []


def test_figures_in_any_groups_are_let_through() -> None:
    chance = random.Random(5)
    texts = []
    for _ in range(20_000):
        groups = [
            "".join(chance.choices("0123456789", k=chance.randint(1, 6)))
            for _ in range(chance.randint(1, 6))
        ]
        separator = chance.choice(SEPARATORS)
        lead = chance.choice(("", "0", "+", "00", "+49", "(0", "1-", "X", "AB", "tel ", "dni: "))
        tail = chance.choice(("", "A", "-K", "X", ")", "E", " C", "."))
        texts.append(chance.choice(FRONT) + lead + separator.join(groups) + tail)

    assert hidden(texts) == []


def test_what_is_in_most_texts_is_held_back() -> None:
    harmless = (
        "claude-sonnet-4-5-20250929 gpt-4o-2024-08-06 2026-11-21T01:55:00.123456+01:00 0.8300000001"
        " -1.2345678E-05 took 1234567 ns of 2026-11-22, v1.4.2, `a = b[12]`, ORD-48213"
    )

    assert SIEVE.hits(harmless.encode()) == []
