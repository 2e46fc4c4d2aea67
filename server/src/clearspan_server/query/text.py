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


_LINE = r"lowerUTF8(replaceAll(replaceAll({}, '\\n', ' '), '\\t', ' '))"
MESSAGES = tuple(
    Spelt(column, _LINE.format(column), _LINE.format(column)) for column in ("input", "output")
)
ERRORS = Spelt("error_message", "lowerUTF8(error_message)", "lowerUTF8(error_message)")


@dataclass(slots=True, frozen=True)
class Searched:
    """One word or phrase; a text holds it when it has its words.

    `words` are its tokens in messages, `error_words` those in an error message. Where the tokens do not say
    everything (a phrase, Chinese, `a-b`), `needles` are the spellings one of which must occur in the text.
    """

    words: list[str]
    error_words: list[str]
    needles: list[str]


def search(engine: Engine, said: Collection[str]) -> dict[str, Searched]:
    """What each text is searched by; tokens are cut by the engine, as in its index."""
    if not said:
        return {}
    texts = list(said)
    [row] = engine.query(_WORDS, {"terms": texts})
    cut = zip(texts, row["lowered"], row["words"], row["error_words"], strict=True)
    return {
        text: Searched(words, error_words, _needles(lowered, words))
        for text, lowered, words, error_words in cut
    }


def _needles(lowered: str, words: list[str]) -> list[str]:
    if words == [lowered]:
        return []
    # The same text stands in an error message as it is, and in messages as JSON, with line breaks as spaces.
    escaped = orjson.dumps(lowered).decode()[1:-1]
    return list(dict.fromkeys([lowered, _spaced(lowered), _spaced(escaped)]))


def _spaced(text: str) -> str:
    return text.replace("\\n", " ").replace("\\t", " ")
