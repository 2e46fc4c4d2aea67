"""Full text: what somebody typed becomes terms, with the words that the text index holds for them."""

import re
from dataclasses import dataclass

import orjson

from clearspan_server.errors import BadInput
from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

MAX_CHARS = 1_000

_WORDS = statement(SQL, "words")
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(slots=True, frozen=True)
class Term:
    """One word or quoted phrase; a span matches when one of its texts holds it.

    `words` are its tokens in messages, `error_words` those in an error message. Where the tokens do not say
    everything (a phrase, Chinese, `a-b`), `needles` are the spellings one of which must occur in the text.
    """

    words: list[str]
    error_words: list[str]
    needles: list[str]


def terms(engine: Engine, q: str) -> list[Term]:
    """The terms of a search, each of which must be found; tokens are cut by the engine, as in its index.

    Raises:
        BadInput: too long, or without a single word.
    """
    if len(q) > MAX_CHARS:
        raise BadInput(f"q has {len(q)} characters; at most {MAX_CHARS} are searched", field="q")
    typed = [phrase.strip() or word for phrase, word in _TERM.findall(q)]
    typed = list(dict.fromkeys(filter(None, typed)))
    if not typed:
        return []
    [row] = engine.query(_WORDS, {"terms": typed})
    found = [
        Term(words=words, error_words=error_words, needles=_needles(lowered, words))
        for lowered, words, error_words in zip(
            row["lowered"], row["words"], row["error_words"], strict=True
        )
    ]
    if not any(term.words for term in found):
        raise BadInput(f"q holds no word to search for: {q!r}", field="q", value=q)
    return found


def _needles(lowered: str, words: list[str]) -> list[str]:
    if words == [lowered]:
        return []
    # The same text stands in an error message as it is, and in messages as JSON, with line breaks as spaces.
    escaped = orjson.dumps(lowered).decode()[1:-1]
    return list(dict.fromkeys([lowered, _spaced(lowered), _spaced(escaped)]))


def _spaced(text: str) -> str:
    return text.replace("\\n", " ").replace("\\t", " ")
