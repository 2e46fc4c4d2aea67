"""Full text: what somebody searches for, with the words that the text index holds for it."""

from collections.abc import Collection
from dataclasses import dataclass

import orjson

from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_WORDS = statement(SQL, "words")


@dataclass(slots=True, frozen=True)
class Spelt:
    """A column of text: the expression of its index in store/schema, and the text that a phrase must stand in.

    Spelt in another way, the index is not used and the engine reads every text.
    """

    column: str
    indexed: str
    plain: str


_LINE = r"replaceAll(replaceAll({0}, '\\n', ' '), '\\t', ' ')"
_PARTS = (
    r"replaceRegexpAll(arrayStringConcat(extractAll({0}, '[a-z0-9]+[A-Z][A-Za-z0-9]*'), ' '),"
    r" '([a-z0-9])([A-Z])', '\\1 \\2')"
)
_INDEXED = f"lowerUTF8(concat(translate({_LINE}, '_.', '  '), ' ', {_PARTS}))"


def _spelt(column: str, plain: str) -> Spelt:
    return Spelt(column, _INDEXED.format(column), plain.format(column))


MESSAGES = tuple(_spelt(column, f"lowerUTF8({_LINE})") for column in ("input", "output"))
ERRORS = _spelt("error_message", "lowerUTF8({0})")
RECORDS = _spelt("body", f"lowerUTF8({_LINE})")


@dataclass(slots=True, frozen=True)
class Searched:
    """One word or phrase; a text holds it when it has its words, which are tokens as the index has them.

    Where the tokens do not say everything (a phrase, Chinese, `a_b`), `needles` are the spellings one of which must
    occur in the text.
    """

    words: list[str]
    needles: list[str]


def search(engine: Engine, said: Collection[str]) -> dict[str, Searched]:
    """What each text is searched by; tokens are cut by the engine, as in its index."""
    if not said:
        return {}
    texts = list(said)
    [row] = engine.constant(_WORDS, {"terms": texts})
    cut = zip(texts, row["lowered"], row["words"], strict=True)
    return {text: Searched(words, _needles(lowered, words)) for text, lowered, words in cut}


def _needles(lowered: str, words: list[str]) -> list[str]:
    if words == [lowered]:
        return []
    # The same text stands in an error message as it is, and in messages as JSON, with line breaks as spaces.
    escaped = orjson.dumps(lowered).decode()[1:-1]
    return list(dict.fromkeys([lowered, _spaced(lowered), _spaced(escaped)]))


def _spaced(text: str) -> str:
    return text.replace("\\n", " ").replace("\\t", " ")
