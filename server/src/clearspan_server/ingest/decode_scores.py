"""Scores in JSON: one, or a list of them; a bad one refuses the request, with its field and value named."""

import math
import re
import secrets
from collections.abc import Mapping
from typing import Any, get_args

import orjson

from clearspan_server.errors import BadInput, TooLarge
from clearspan_server.ingest.wire_ids import NO_SPAN, NO_TRACE, shown
from clearspan_server.model.score import Score, ScoreSource, ScoreType

MAX_SCORES = 1_000  # of one request
MAX_TEXT_CHARS = 10_000  # of a comment, and of a judgement in words
MAX_NAME_CHARS = 200  # of a name, a category, an author
MAX_SESSION_CHARS = 1_000
FIELDS = (
    *("id", "name", "value", "type", "trace_id", "span_id", "session_id"),
    *("comment", "source", "author"),
)
_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_HEX = re.compile(r"[0-9a-f]+")
_TYPES: tuple[ScoreType, ...] = get_args(ScoreType)
_MOST_CHARS: Mapping[ScoreType, int] = {"category": MAX_NAME_CHARS, "text": MAX_TEXT_CHARS}
_WANTED: Mapping[ScoreType, str] = {
    "numeric": "a finite number",
    "boolean": "true or false",
    "category": "a word",
    "text": "a text",
}
_SOURCES: tuple[ScoreSource, ...] = get_args(ScoreSource)

_Sent = Mapping[str, Any]  # a score as it came: foreign JSON enters here


def decode_scores(body: bytes, project: str) -> list[Score]:
    """The scores of a request, each with an id, its own or a new one.

    Raises:
        BadInput: the body is no JSON of scores; or one of them is wrong: `index` and `field` say which and where.
        TooLarge: it has more than `MAX_SCORES`.
    """
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"the body is not JSON: {error}") from None
    return [_score(one, index, project) for index, one in enumerate(bounded(sent))]


def bounded(sent: object) -> list[Any]:
    """The scores of a request as a list.

    Raises:
        TooLarge: it has more than `MAX_SCORES`.
    """
    listed = sent if isinstance(sent, list) else [sent]
    if len(listed) > MAX_SCORES:
        raise TooLarge(f"{len(listed)} scores came; a request has at most {MAX_SCORES}")
    return listed


def checked_id(given: str) -> str:
    """An id that a score can have.

    Raises:
        BadInput: it is not.
    """
    if not _ID.fullmatch(given):
        message = f"id {shown(given)} is not 1 to 100 letters, digits, '.', '_', ':' or '-'"
        raise BadInput(message, field="id", value=given[:100])
    return given


def checked_trace_id(given: str) -> str:
    """A trace id in lower case.

    Raises:
        BadInput: it is none.
    """
    return _hex({"trace_id": given}, "trace_id", NO_TRACE)


def _score(sent: object, index: int, project: str) -> Score:
    try:
        return _decoded(sent, project)
    except BadInput as error:
        said = {"index": index, **error.details}
        raise BadInput(f"score {index}: {error.message}", **said) from None


def _decoded(sent: object, project: str) -> Score:
    if not isinstance(sent, dict):
        raise BadInput(f"a score is an object, not {shown(str(sent))}", value=_short(sent))
    for field in sent:
        if field not in FIELDS:
            raise _wrong(field, sent[field], f"is not a field of a score: {', '.join(FIELDS)}")
    given = _text(sent, "id", 100)
    score = judged(sent, project)
    score.score_id = checked_id(given) if given else secrets.token_hex(16)
    if not score.trace_id and not score.session_id:
        raise BadInput("trace_id or session_id is missing: what is judged?", field="trace_id")
    return score


def judged(sent: _Sent, project: str) -> Score:
    """A score without its id, of whatever is judged.

    Raises:
        BadInput: a field cannot be read, or a span is named without its trace.
    """
    kind, value, text = _judged(sent)
    score = Score(
        project=project,
        score_id="",
        trace_id=_hex(sent, "trace_id", NO_TRACE),
        span_id=_hex(sent, "span_id", NO_SPAN),
        session_id=_text(sent, "session_id", MAX_SESSION_CHARS),
        name=_name(sent),
        type=kind,
        value=value,
        text=text,
        source=_word(sent, "source", _SOURCES) or "api",
        author=_text(sent, "author", MAX_NAME_CHARS),
        comment=_text(sent, "comment", MAX_TEXT_CHARS),
    )
    if score.span_id and not score.trace_id:
        raise BadInput("trace_id is missing: a span is named with its trace", field="trace_id")
    return score


def _name(sent: _Sent) -> str:
    name = _text(sent, "name", MAX_NAME_CHARS).strip()
    if not name or not name.isprintable():
        raise _wrong("name", sent.get("name"), "is not a name: printable characters, at least one")
    return name


def _judged(sent: _Sent) -> tuple[ScoreType, float | None, str]:
    """Type, number and words of the judgement; without a type, the value says it."""
    value = sent.get("value")
    kind = _word(sent, "type", _TYPES) or _kind_of(value)
    number = _number(value)
    if kind == "numeric" and number is not None and not isinstance(value, bool):
        return kind, number, ""
    if kind == "boolean" and number in (0, 1):
        return kind, number, ""
    if kind in _MOST_CHARS and value and isinstance(value, str):
        return kind, None, _text(sent, "value", _MOST_CHARS[kind])
    raise _wrong("value", value, f"is not {_WANTED[kind]}, as the type {kind} needs")


def _kind_of(value: object) -> ScoreType:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str) and value:
        return "category" if len(value) <= MAX_NAME_CHARS else "text"
    if isinstance(value, int | float):
        return "numeric"
    raise _wrong("value", value, "is not a number, true or false, a word or a text")


def _number(value: object) -> float | None:
    """A finite number, 1 and 0 for true and false."""
    try:
        number = float(value) if isinstance(value, int | float) else None
    except OverflowError:
        return None
    return number if number is not None and math.isfinite(number) else None


def _text(sent: _Sent, field: str, most_chars: int) -> str:
    """A text, "" for none; NUL, which many tools cannot bear, is none of its characters."""
    value = sent.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(field, value, "is not a text")
    if len(value) > most_chars:
        raise _wrong(field, value, f"has {len(value)} characters; at most {most_chars} are kept")
    return value.replace("\0", "")


def _hex(sent: _Sent, field: str, nothing: str) -> str:
    value = _text(sent, field, MAX_NAME_CHARS).lower()
    digits = len(nothing)
    if value and (len(value) != digits or value == nothing or not _HEX.fullmatch(value)):
        raise _wrong(field, sent[field], f"is not {digits} hexadecimal digits, not all zero")
    return value


def _word(sent: _Sent, field: str, words: tuple[Any, ...]) -> Any:  # noqa: ANN401 - one of the words
    value = sent.get(field)
    if value is not None and value not in words:
        raise _wrong(field, value, f"is not one of {', '.join(words)}")
    return value


def _wrong(field: str, value: object, why: str) -> BadInput:
    return BadInput(f"{field} {shown(str(value))} {why}", field=field, value=_short(value))


def _short(value: object) -> object:
    """A value as the details of an error repeat it."""
    return value if isinstance(value, bool | int | None) else str(value)[:100]
