"""Redaction held against a labelled corpus: how much of it is found, and that nothing else is touched."""

import json
import re
from collections import Counter

import pytest

from clearspan_server.ingest.patterns import TYPES
from clearspan_server.ingest.redact import Redactor
from redaction_corpus import Sample, corpus

SEED, COUNT = 2026, 5_000
RECALL, PRECISION = 0.99, 0.97
MARK = re.compile(r"\[redacted:[a-z_]+\]")
REDACTOR = Redactor()


@pytest.fixture(scope="module")
def results() -> list[tuple[Sample, str]]:
    """Each text with what redaction makes of it."""
    return [(one, REDACTOR.redact([one.text])[0][0]) for one in corpus(SEED, COUNT)]


def as_written(value: str, text: str) -> str:
    """The value as it stands in a text that may be JSON, in one of two ways to write it."""
    spellings = (value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    nested = [json.dumps(one)[1:-1] for one in spellings]
    return next((one for one in (*spellings, *nested) if one in text), value)


def is_gone(value: str, clean: str) -> bool:
    """Nothing of it is left: neither half, nor what is between them."""
    half = max(4, len(value) // 2)
    return not any(
        value[at : at + half] in clean for at in range(0, len(value) - half + 1, max(1, half // 2))
    )


def hits(sample: Sample, clean: str) -> int:
    return sum(is_gone(as_written(value, sample.text), clean) for _, value in sample.secrets)


def test_the_corpus_holds_every_type_often_and_is_the_same_each_time() -> None:
    samples = corpus(SEED, COUNT)

    counts = Counter(type_ for one in samples for type_, _ in one.secrets)
    assert counts.keys() == TYPES
    assert min(counts.values()) >= 50, counts
    assert sum(not one.secrets for one in samples) >= COUNT // 4
    assert samples[:100] == corpus(SEED, COUNT)[:100]
    for one in samples:
        assert all(as_written(value, one.text) in one.text for _, value in one.secrets), one


def test_of_a_hundred_secrets_ninety_nine_are_found(results: list[tuple[Sample, str]]) -> None:
    wanted = sum(len(one.secrets) for one, _ in results)

    found = sum(hits(one, clean) for one, clean in results)

    assert found >= RECALL * wanted, f"{found} of {wanted}"


def test_of_a_hundred_finds_ninety_seven_are_right(results: list[tuple[Sample, str]]) -> None:
    marks = sum(len(MARK.findall(clean)) for _, clean in results)

    right = sum(hits(one, clean) for one, clean in results)

    assert right >= PRECISION * marks, f"{right} of {marks}"


def test_no_id_or_time_is_damaged(results: list[tuple[Sample, str]]) -> None:
    damaged = [one for one, clean in results if any(kept not in clean for kept in one.kept)]

    assert damaged == []
