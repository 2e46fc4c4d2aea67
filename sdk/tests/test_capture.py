"""Captured values are plain copies, bounded, and made without running the program's code."""

import enum
import json
import tracemalloc
from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, NoReturn
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, SecretStr

import clearspan
from clearspan.testing import capture_spans


class Colour(enum.Enum):
    RED = 1


class Level(str, enum.Enum):  # the older form is what programs have
    HIGH = "high"


@dataclass
class Order:
    number: int
    secret: str = field(default="hidden", repr=False)


@dataclass(slots=True)
class Line:
    text: str
    parts: list[object] = field(default_factory=list)


class Person(BaseModel):
    name: str
    password: SecretStr = SecretStr("hidden")
    token: str = Field(default="hidden", repr=False)


def _forbidden(*_: object) -> NoReturn:
    raise AssertionError("the program's code was run")


class Hostile:
    """Every way of looking at it runs code of the program."""

    __repr__ = __str__ = __len__ = __iter__ = __bool__ = __format__ = __hash__ = _forbidden
    __class__ = property(_forbidden)  # a lazy proxy asks its target
    __getattr__ = __eq__ = _forbidden


LoudDict = type("LoudDict", (dict,), {"items": _forbidden, "__iter__": _forbidden})
Point = namedtuple("Point", "x y")  # noqa: PYI024  # what programs have


def captured(value: object) -> Any:  # plain data of any shape
    with capture_spans() as spans, clearspan.span("work", value=value):
        pass
    return spans[0].fields["value"]


@pytest.mark.parametrize(
    ("value", "copy"),
    [
        ({"a": [1, 2.5, None, True, "x"]}, {"a": [1, 2.5, None, True, "x"]}),
        ((1, {2}), [1, [2]]),
        (Point(1, 2), [1, 2]),
        (OrderedDict(a=1), {"a": 1}),
        (LoudDict(a=1), {"a": 1}),
        ({1: "a", None: "b", (1, 2): "c"}, {"1": "a", "None": "b", "<builtins.tuple>": "c"}),
        (b"1234", "<4 bytes>"),
        (Colour.RED, "Colour.RED"),
        (Level.HIGH, "high"),
        (Order(7), {"number": 7}),
        (Line("x", [Order(8)]), {"text": "x", "parts": [{"number": 8}]}),
        (datetime(2026, 11, 21, tzinfo=timezone.utc), "2026-11-21 00:00:00+00:00"),
        (Decimal("1.10"), "1.10"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (PurePosixPath("a/b"), f"<{PurePosixPath.__module__}.PurePosixPath>"),
        (ValueError("x"), "<builtins.ValueError>"),
        (len, "<builtins.builtin_function_or_method>"),
    ],
)
def test_a_value_becomes_plain_data(value: object, copy: object) -> None:
    assert captured(value) == copy


def test_a_model_shows_what_it_shows_in_its_own_repr() -> None:
    assert captured(Person(name="Ann")) == {
        "name": "Ann",
        "password": "<pydantic.types.SecretStr>",
    }


def test_no_code_of_the_program_is_run() -> None:
    label = f"<{__name__}.Hostile>"

    assert captured([Hostile(), {"key": Hostile()}]) == [label, {"key": label}]


def test_a_value_that_contains_itself_ends() -> None:
    loop: list[object] = [1]
    loop.append(loop)

    text = json.dumps(captured(loop))

    assert len(text) < 200


def test_a_huge_structure_stays_small() -> None:
    huge = [[list(range(1_000))] * 1_000] * 100

    text = json.dumps(captured(huge))

    assert len(text) < 100_000_000
    assert "…" in captured(huge)[-1][-1]


def test_of_a_huge_dict_only_the_beginning_is_looked_at() -> None:
    huge = dict.fromkeys(range(300_000))
    tracemalloc.start()

    copy = captured(huge)

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert list(copy) == [str(number) for number in range(1_000)]
    assert peak_bytes < 2_000_000


def test_every_item_counts_against_one_bound() -> None:
    copy = captured([[list(range(1_000)) for _ in range(100)] for _ in range(20)])

    leaves = [leaf for inner in copy for items in inner for leaf in items]
    assert sum(type(leaf) is int for leaf in leaves) < 20_000
    assert "… 1000 more" in leaves


def test_all_texts_of_a_value_together_are_bounded() -> None:
    copy = captured(["é" * 60_000] * 200)

    assert 3_000_000 < sum(map(len, copy)) < 4_100_000


def test_texts_are_cut_and_their_full_size_is_kept() -> None:
    with (
        capture_spans() as spans,
        clearspan.span("work", input={"a": "x" * 70_000, "b": "yy"}, note="z" * 65_536),
    ):
        pass

    assert spans[0].truncated == {"input": 70_002}
