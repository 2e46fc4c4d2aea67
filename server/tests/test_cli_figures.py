"""Figures of the command line read as those of the browser (web/src/model/format.test.ts)."""

from datetime import UTC, datetime, timedelta

import pytest

from clearspan_server.cli import figures


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (None, "–"),
        (0, "0 ns"),
        (999, "999 ns"),
        (1_500, "1.50 µs"),
        (850_000_000, "850 ms"),
        (999_600_000, "1.00 s"),
        (1_240_000_000, "1.24 s"),
        (12_400_000_000, "12.4 s"),
        (99_960_000_000, "1 m 40 s"),
        (125_000_000_000, "2 m 05 s"),
        (3_600_000_000_000, "1 h 00 m"),
    ],
)
def test_a_duration_has_the_largest_unit_that_keeps_it_at_least_one(
    ns: int | None, text: str
) -> None:
    assert figures.duration(ns) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (0, "0"),
        (412, "412"),
        (1000, "1k"),
        (3_120, "3.1k"),
        (31_200, "31k"),
        (999_600, "1M"),
        (1_200_000, "1.2M"),
    ],
)
def test_a_count_fits_a_column(number: int | None, text: str) -> None:
    assert figures.count(number) == text


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (None, ""),
        ("0", "$0"),
        ("0.000000000000", "$0"),
        ("12.3", "$12.30"),
        ("1234.5", "$1,235"),
        ("0.0123", "$0.0123"),
        ("0.05", "$0.0500"),
        ("0.00397", "$0.00397"),
        ("0.000762", "$0.00076"),
        ("0.0000045", "$0.0000045"),
        ("0.00000099", "$9.9e-7"),
        ("0.000000996", "$1.0e-6"),
        ("0.000001", "$0.0000010"),
        ("0.01", "$0.0100"),
        ("0.000000080000", "$8.0e-8"),
        ("0.000000000001", "$1.0e-12"),
        ("0.0000775", "$0.000078"),
        ("0.00000775", "$0.0000078"),
        ("0.0010005", "$0.00100"),
        ("0.10005", "$0.100"),
        ("1.005", "$1.01"),
        ("-6.74", "−$6.74"),
        ("-0.0000775", "−$0.000078"),
    ],
)
def test_money_has_enough_digits_to_be_more_than_zero(dollars: str | None, text: str) -> None:
    assert figures.money(dollars) == text


def test_tokens_go_in_and_out() -> None:
    assert figures.flow(3_120, 412) == "3.1k→412 tok"
    assert figures.flow(None, 4) == "?→4 tok"
    assert figures.flow(None, None) == ""
    assert figures.tokens(3_532) == "3.5k tok"


@pytest.mark.parametrize(
    ("part", "text"),
    [(0, "0 %"), (0.0004, "<0.1 %"), (0.004, "0.4 %"), (0.1, "10 %"), (0.744, "74 %")],
)
def test_a_share_is_in_per_cent(part: float, text: str) -> None:
    assert figures.share(part) == text


def test_a_change_is_a_multiple_where_per_cent_say_nothing() -> None:
    pairs = [(112, 100), (96.9, 100), (30, 1), (5, 5), (5, 0), (None, 5)]

    told = [figures.change(now, before) for now, before in pairs]

    assert told == ["↑ 12 %", "↓ 3.1 %", "↑ 30×", "", "", ""]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "now"), (0.4, "now"), (59, "59 s"), (61, "1 m"), (7_200, "2 h"), (200_000, "2 d")],
)
def test_an_age_has_one_unit(seconds: float, text: str) -> None:
    now = datetime(2026, 11, 21, 2, 0, 0, tzinfo=UTC)
    time = (now - timedelta(seconds=seconds)).isoformat()

    assert figures.ago(time, now) == text


def test_a_time_with_nanoseconds_is_read() -> None:
    read = figures.parsed("2026-11-21T02:00:00.123456789Z")

    assert read == datetime(2026, 11, 21, 2, 0, 0, 123456, UTC)
