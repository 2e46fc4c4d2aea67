"""Redaction of megabytes of almost a match, of rejected candidates and of matches: each is walked through once."""

import pytest

from clearspan_server.ingest.encode import redacted as redacted_groups
from test_redact import DASHES, REDACTOR, redacted

MEGABYTE = 1_000_000
CARD_BUT_FOR_LUHN = "4111 1111 1111 1112 "


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "1 ",
            "@",
            "a.",
            "a",
            "a@",
            "a@b.",
            "+",
            "+4",
            "0",
            "01 ",
            "-",
            "\\",
            "\\n",
            "eyJ",
            "sk-",
        ),
        *("A1", "4111 ", "415-", "DE89 ", "Bearer ", "1.", "a@b.png ", "basic abcdefgh "),
        f"{DASHES}BEGIN PRIVATE KEY{DASHES}",
    ],
)
def test_a_megabyte_of_almost_a_match_is_walked_through(unit: str) -> None:
    text = unit * (MEGABYTE // len(unit))

    result = redacted(text)

    assert len(result) <= len(text)


@pytest.mark.parametrize("end", ["u0040", "u00e9", "u00"])
def test_a_megabyte_of_backslashes_is_walked_through(end: str) -> None:
    texts = ["\\" * MEGABYTE + end, "a@example.com" + "\\" * MEGABYTE + end]

    [clean], counts = redacted_groups([texts], REDACTOR)

    assert counts == {"email": 1}
    assert (clean[0], clean[1][:16]) == (texts[0], "[redacted:email]")


def test_a_megabyte_of_rejected_candidates_is_left_alone() -> None:
    texts = [CARD_BUT_FOR_LUHN * (MEGABYTE // len(CARD_BUT_FOR_LUHN))]

    assert REDACTOR.redact(texts) == (texts, {})


def test_a_megabyte_of_matches_is_replaced() -> None:
    texts, counts = REDACTOR.redact(["none", "a@example.com " * 70_000, "[1]"])

    assert texts == ["none", "[redacted:email] " * 70_000, "[1]"]
    assert counts == {"email": 70_000}
