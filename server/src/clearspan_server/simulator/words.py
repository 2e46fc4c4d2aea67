"""Which words a text is about: how the simulator picks tools, passages and values."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

# 'deliver', 'delivered' and 'delivery' are one word to us: the first five letters.
_STEM_CHARS = 5
_WORD = re.compile(r"[^\W_]+")
_STOP = frozenset(
    """
    a about all also am an and another any are as at be been but by can could day did do does
    for from get give go had has have hello help hi how i if in into is it its just last like
    long look many me mean much my need new next no not now of on one only or other our out
    please rather so still take tell than thanks that the their them then there these they
    thing this to today too up use used want was way we week were what when where which who
    why will with would yet you your
    """.split()  # noqa: SIM905 - a list of a hundred quoted words would read worse
)


def keywords(text: str) -> list[str]:
    """Telling words in lower case, in their order, each once."""
    found = (word for word in _WORD.findall(text.lower()) if word not in _STOP)
    return list(dict.fromkeys(word for word in found if len(word) > 1))


def stems(text: str) -> set[str]:
    """What the telling words of a text have in common with their other forms."""
    return {(word.removesuffix("s"))[:_STEM_CHARS] for word in keywords(text)}


def ranked(question: str, options: Iterable[tuple[str, T]]) -> list[tuple[int, T]]:
    """How many words each option's text shares with the question, and the option, best first.

    Options that share none are left out; equals keep their order.
    """
    wanted = stems(question)
    scored = [(len(wanted & stems(text)), option) for text, option in options]
    return sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])


def closest(question: str, options: Sequence[tuple[str, T]]) -> list[T]:
    """The options that share words with the question, best first."""
    return [option for _, option in ranked(question, options)]
