"""Which words a text is about: how the simulator picks tools, passages and values."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

_WORD = re.compile(r"[^\W_]+")
_STOP = frozenset(
    """
    a about all am an and any are as at be been but by can could did do does for from get
    give had has have hello help hi how i if in into is it its just last like many me my
    need no not now of on one or our out please so tell than thanks that the their them
    then there these they this to today too up use used want was we were what when where
    which who why will with would yet you your
    """.split()  # noqa: SIM905 - a list of eighty quoted words would read worse
)


def keywords(text: str) -> list[str]:
    """Telling words in lower case, plurals cut, in their order, each once."""
    found = (word.removesuffix("s") for word in _WORD.findall(text.lower()) if word not in _STOP)
    return list(dict.fromkeys(word for word in found if len(word) > 1))


def overlap(wanted: Iterable[str], text: str) -> int:
    """How many of the wanted keywords a text has."""
    return len(set(keywords(text)).intersection(wanted))


def closest(wanted: Iterable[str], options: Sequence[tuple[str, T]]) -> list[T]:
    """The options whose text shares a keyword, best first; equals keep their order."""
    words = set(wanted)
    scored = [(overlap(words, text), option) for text, option in options]
    ranked = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return [option for _, option in ranked]
