"""The filter language as text: its tokens, its mistakes, and what its amounts mean."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearspan_server.errors import BadFilter
from clearspan_server.query import amounts
from clearspan_server.query.fields import FIELDS, PRESENCES, Field
from clearspan_server.query.language import MAX_DEPTH, MAX_TERMS, parse
from clearspan_server.query.lexer import MAX_CHARS, tokens

MANUAL = Path(__file__).parents[2] / "docs" / "filter.md"
# The browser's reader of the same language is held to the same file.
CASES = Path(__file__).parents[2] / "web" / "src" / "model" / "filterCases.json"
SHARED = json.loads(CASES.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", SHARED["tokens"], ids=lambda case: case["text"])
def test_a_text_has_these_tokens(case: dict[str, Any]) -> None:
    found = tokens(case["text"])

    assert [f"{token.kind} {token.text}" for token in found] == case["tokens"]
    assert all(case["text"][token.start : token.end] == token.text for token in found)


def test_a_name_belongs_to_one_field() -> None:
    names = [name for field in FIELDS for name in (field.name, *field.aliases)]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("case", SHARED["mistakes"], ids=lambda case: case["text"])
def test_a_mistake_is_told_with_its_column(case: dict[str, Any]) -> None:
    with pytest.raises(BadFilter) as caught:
        parse(case["text"])

    error = caught.value
    assert case["says"] in error.message
    assert error.message.startswith(f"column {case['column']}: ")
    assert (error.details["column"], error.details["length"]) == (case["column"], case["length"])
    assert error.details.get("did_you_mean") == case.get("meant")
    assert ("did you mean" in error.message) == ("meant" in case)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a " * (MAX_CHARS // 2 + 1), f"at most {MAX_CHARS} are read"),
        ("a " * (MAX_TERMS + 1), f"at most {MAX_TERMS} terms"),
        ("(" * (MAX_DEPTH + 2) + "a" + ")" * (MAX_DEPTH + 2), f"deeper than {MAX_DEPTH}"),
        ("-" * MAX_CHARS, f"deeper than {MAX_DEPTH}"),
        ("(" * MAX_CHARS, f"deeper than {MAX_DEPTH}"),
        ("NOT " * 900 + "a", f"deeper than {MAX_DEPTH}"),
    ],
    ids=["characters", "terms", "parentheses", "minus", "open", "not"],
)
def test_a_filter_has_bounds(text: str, says: str) -> None:
    with pytest.raises(BadFilter) as caught:
        parse(text)

    assert says in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2s", 2_000_000_000),
        ("300ms", 300_000_000),
        ("1.5m", 90_000_000_000),
        ("1m30s", 90_000_000_000),
        (".5s", 500_000_000),
        ("7µs", 7_000),
        ("2h", 7_200_000_000_000),
        ("2", None),
        ("s", None),
        ("-2s", None),
        ("2 s", None),
        ("2s!", None),
    ],
)
def test_a_duration_is_in_nanoseconds(text: str, expected: int | None) -> None:
    assert amounts.duration_ns(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("100k", 100_000), ("2M", 2_000_000), ("1.5k", 1_500), ("1b", 10**9), ("7", 7), ("1.5", None)],
)
def test_a_count_is_whole(text: str, expected: int | None) -> None:
    assert amounts.count(text) == expected


def test_money_and_numbers_lose_nothing() -> None:
    assert amounts.dollars("$0.000000000001") == Decimal("0.000000000001")
    assert amounts.number("50%") == 0.5
    assert amounts.number("-1e-3") == -0.001
    assert amounts.number("٣") is None


def test_the_manual_lists_every_field() -> None:
    lines = MANUAL.read_text(encoding="utf-8").splitlines()
    told = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "|" in line]

    assert [cells for cells in told if len(cells) == 6][2:] == [
        [
            f"`{field.name}`",
            ", ".join(f"`{alias}`" for alias in field.aliases),
            ", ".join(f"`{choice}`" for choice in field.choices) or field.type,
            ", ".join(field.of),
            f"`{field.example}`",
            field.hint,
        ]
        for field in FIELDS
    ]
    assert [cells for cells in told if cells[0].startswith("`has:") and len(cells) == 2][1:] == [
        [f"`{field.example}`", field.hint] for field in PRESENCES.values()
    ]


@pytest.mark.parametrize("field", [*FIELDS, *PRESENCES.values()], ids=lambda field: field.name)
def test_the_example_of_a_field_is_a_filter(field: Field) -> None:
    parse(field.example)
