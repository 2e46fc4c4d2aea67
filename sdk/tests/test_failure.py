"""What is kept of an exception: all that Python shows of it, found without code of the program."""

import builtins
import traceback

import pytest
from typing_extensions import override

import clearspan
from clearspan.testing import capture_spans


class Shy:
    """Notes who asks for its names."""

    asked = 0

    @override
    def __dir__(self) -> list[str]:
        Shy.asked += 1
        return ["colour"]


def miss() -> None:
    try:
        _ = Shy().color  # type: ignore[attr-defined]  # it is missing
    except AttributeError as error:
        raise ValueError("wrapped") from error


def fail() -> None:
    raise ValueError("first")


def fail_again() -> None:
    try:
        fail()
    except ValueError:
        raise KeyError("second")  # noqa: B904  # without a cause, which is the other kind


def fail_thrice() -> None:
    try:
        fail_again()
    except KeyError as error:
        raise OSError("third") from error


def test_a_missing_attribute_asks_no_object_for_its_names() -> None:
    Shy.asked = 0

    with capture_spans() as spans, pytest.raises(ValueError, match="wrapped"), clearspan.span("a"):
        miss()

    assert spans[0].failure is not None
    stack = spans[0].failure.stack()
    assert "AttributeError: 'Shy' object has no attribute 'color'\n" in stack
    assert stack.endswith("ValueError: wrapped\n")
    assert Shy.asked == 0


def test_a_chain_of_exceptions_is_formatted_as_python_does() -> None:
    with (
        capture_spans() as spans,
        pytest.raises(OSError, match="third") as raised,
        clearspan.span("a"),
    ):
        fail_thrice()

    assert spans[0].failure is not None
    expected = "".join(traceback.format_exception(raised.value))
    assert spans[0].failure.stack() == expected


def test_a_circle_of_exceptions_ends() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first

    with capture_spans() as spans, pytest.raises(ValueError, match="first"), clearspan.span("a"):
        raise first

    assert spans[0].failure is not None
    assert spans[0].failure.stack().count("ValueError: ") == 2


@pytest.mark.skipif(not hasattr(builtins, "ExceptionGroup"), reason="there are no groups")
def test_a_group_shows_what_is_in_it() -> None:
    group = builtins.ExceptionGroup("both", [ValueError("one"), KeyError("two")])  # type: ignore[attr-defined]  # of Python 3.11

    with capture_spans() as spans, pytest.raises(type(group)), clearspan.span("a"):
        raise group

    assert spans[0].failure is not None
    assert spans[0].failure.stack().splitlines()[-3:] == [
        "ExceptionGroup: both (2 sub-exceptions)",
        "  | ValueError: one",
        "  | KeyError: 'two'",
    ]
