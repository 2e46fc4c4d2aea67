"""A filter's text as tokens; web/src/model/filter.ts cuts the same ones, and filter-cases.json holds both to it."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from clearspan_server.errors import BadFilter

MAX_CHARS = 4_000

TokenKind = Literal[
    "open", "close", "and", "or", "not", "field", "operator", "word", "quoted", "error"
]
_KINDS: dict[str, TokenKind] = {kind: kind for kind in get_args(TokenKind)}

_KEY = r'\["(?:[^"\\]|\\.)*"\]'
_OPERATOR = r"!=|<=|>=|[:=<>]"
_TOKEN = re.compile(
    rf"""
    (?P<open>\()
    | (?P<close>\))
    | (?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<error>".*)                    # a quote that is not closed
    | (?P<not>-(?=\S))
    | (?P<field>[^\s"()\[\]:=<>!]+(?:{_KEY})?(?={_OPERATOR}))
    | (?P<operator>{_OPERATOR})
    | (?P<word>[^\s"()]+)
    """,
    re.VERBOSE | re.DOTALL,
)
# Behind an operator: what would mean something elsewhere is part of the value.
_VALUE = re.compile(
    rf"""
    (?P<open>\()
    | (?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<error>".*)
    | (?P<word>[^\s"()\[]+{_KEY}|[^\s"()]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLANK = re.compile(r"\s*")
_KEYWORDS: dict[str, TokenKind] = {"AND": "and", "OR": "or", "NOT": "not"}
_ESCAPED = re.compile(r'\\(["\\])')


@dataclass(slots=True, frozen=True)
class Token:
    """A piece of the text, from `start` to `end`."""

    kind: TokenKind
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokens(text: str) -> list[Token]:
    """All tokens; whatever the text is, they cover all of it but blanks."""
    found: list[Token] = []
    at = _skip(text, 0)
    while at < len(text):
        is_value = bool(found) and found[-1].kind == "operator" and found[-1].end == at
        found.append(_next(text, at, is_value=is_value))
        at = _skip(text, found[-1].end)
    return found


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _next(text: str, at: int, *, is_value: bool) -> Token:
    found = (_VALUE.match(text, at) if is_value else None) or _TOKEN.match(text, at)
    if found is None:
        return Token(
            "error", text[at:], at
        )  # cannot be: together the alternatives take every character
    kind = _KINDS[str(found.lastgroup)]
    if kind == "word" and not is_value:
        kind = _KEYWORDS.get(found[0], kind)
    return Token(kind, found[0], at)


def unquoted(text: str) -> str:
    r"""What stands between the quotes; `\"` and `\\` are a quote and a backslash, any other backslash is itself."""
    return _ESCAPED.sub(r"\1", text[1:-1])


def wrong(token: Token, said: str, meant: str = "") -> BadFilter:
    """The error of a token: its column counts characters from 1."""
    column = token.start + 1
    hint = f"; did you mean {meant}?" if meant else ""
    details: dict[str, object] = {"column": column, "length": len(token.text)}
    if meant:
        details["did_you_mean"] = meant
    return BadFilter(f"column {column}: {said}{hint}", **details)
