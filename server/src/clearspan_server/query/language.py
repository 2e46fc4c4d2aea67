"""The filter language: text becomes a typed tree, or an error that points at its column.

    filter = and (OR and)*
    and    = not (AND? not)*
    not    = (NOT | -)* one
    one    = ( filter ) | field operator value | field ( filter of values ) | word | "phrase"
    field  = [span. | trace. | root.] name, or attr["key"], resource["key"], score.name, score["name"]

It is pure: what a tree means in rows of the store is said in query/conditions.py.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from clearspan_server.errors import BadFilter
from clearspan_server.query.amounts import READERS, Amount
from clearspan_server.query.fields import NAMES, PRESENCES, Field, Of
from clearspan_server.query.lexer import MAX_CHARS, Token, tokens, unquoted, wrong

MAX_TERMS = 64
MAX_DEPTH = 20
MAX_WILDCARDS = 8  # in one word

Scope = Literal["", "span", "trace", "root"]
Operator = Literal["=", "<", "<=", ">", ">="]
_SCOPES: dict[str, Scope] = {"span": "span", "trace": "trace", "root": "root"}
_OPERATORS: dict[str, Operator] = {
    ":": "=",
    "=": "=",
    "!=": "=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_KEYED = re.compile(r"(attr|resource|score)\[")


@dataclass(slots=True, frozen=True)
class Word:
    """A value of text; in a pattern `*` stands for any letters."""

    text: str
    is_pattern: bool = False


ANYTHING = Word("*", is_pattern=True)  # fulfilled by whatever is known


@dataclass(slots=True, frozen=True)
class Text:
    """Something that is said in one of a span's texts."""

    said: Word


@dataclass(slots=True, frozen=True)
class Term:
    """A field compared with a value, which is `ANYTHING` behind `has:`; `key` is that of an attribute or a score."""

    scope: Scope
    field: Field
    operator: Operator
    value: Word | Amount
    key: str = ""


@dataclass(slots=True, frozen=True)
class Not:
    """What its part does not hold for."""

    part: "Node"


@dataclass(slots=True, frozen=True)
class And:
    """All of its parts; without parts, everything."""

    parts: "tuple[Node, ...]"


@dataclass(slots=True, frozen=True)
class Or:
    """Any of its parts."""

    parts: "tuple[Node, ...]"


Node = And | Or | Not | Term | Text


def parse(text: str) -> Node:
    """The tree of a filter; of an empty one, an And without parts.

    Raises:
        BadFilter: what is wrong first, with its column, counted in characters from 1.
    """
    if len(text) > MAX_CHARS:
        end = Token("error", text[MAX_CHARS:], MAX_CHARS)
        raise wrong(end, f"the filter has {len(text)} characters; at most {MAX_CHARS} are read")
    reader = _Reader(text)
    if not reader.left:
        return And(())
    tree = reader.any_of(0)
    if reader.left:
        raise wrong(reader.left[0], "this parenthesis was never opened")
    return tree


def leaves(node: Node) -> Iterator[Term | Text]:
    """What the tree compares and searches for, in the order of the text."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case Term() | Text():
            yield node


@dataclass(slots=True, frozen=True)
class _Head:
    """The field in front of a value."""

    token: Token
    scope: Scope
    field: Field
    key: str


class _Reader:
    """A cursor on the tokens; recursion is as deep as parentheses and negations are."""

    def __init__(self, text: str) -> None:
        self.left = deque(tokens(text))
        self.terms = 0

    def next_is(self, *kinds: str) -> bool:
        return bool(self.left) and self.left[0].kind in kinds

    def take(self) -> Token:
        return self.left.popleft()

    def any_of(self, depth: int, head: _Head | None = None) -> Node:
        parts = [self.all_of(depth, head)]
        while self.next_is("or"):
            keyword = self.take()
            self._needs_more(keyword)
            parts.append(self.all_of(depth, head))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self, depth: int, head: _Head | None) -> Node:
        parts = [self.negated(depth, head)]
        while self.left and not self.next_is("or", "close"):
            if self.next_is("and"):
                self._needs_more(self.take())
            parts.append(self.negated(depth, head))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negated(self, depth: int, head: _Head | None) -> Node:
        if depth > MAX_DEPTH:
            raise wrong(self.left[0], f"parentheses and negations go deeper than {MAX_DEPTH}")
        if self.next_is("not"):
            self._needs_more(self.take())
            return Not(self.negated(depth + 1, head))
        return self.one(depth, head)

    def one(self, depth: int, head: _Head | None) -> Node:
        token = self.take()
        match token.kind:
            case "open":
                return self.group(token, depth, head)
            case "field":
                if head is not None:
                    said = f"in the parentheses of {head.field.name} stand values; put it in quotes"
                    raise wrong(token, said)
                return self.compared(token, depth)
            case "word" | "quoted":
                self._count(token)
                return _text(token) if head is None else _term(head, "=", token)
            case "operator":
                raise wrong(token, f"there is no field before {token.text}")
            case "error":
                raise wrong(token, "this quote is never closed")
            case "close":
                raise wrong(token, "this parenthesis was never opened")
            case _:
                raise wrong(token, f"{token.text} has nothing before it")

    def group(self, opened: Token, depth: int, head: _Head | None) -> Node:
        if self.next_is("close"):
            raise wrong(opened, "there is nothing in these parentheses")
        if not self.left:
            raise wrong(opened, "this parenthesis is never closed")
        tree = self.any_of(depth + 1, head)
        if not self.next_is("close"):
            raise wrong(opened, "this parenthesis is never closed")
        self.take()
        return tree

    def compared(self, name: Token, depth: int) -> Node:
        head = _head(name)
        sign = self.take()
        if not self.left or self.left[0].start != sign.end or self.next_is("close"):
            raise wrong(name, f"{head.field.name} needs a value, for example {head.field.example}")
        value = self.take()
        if value.kind == "error":
            raise wrong(value, "this quote is never closed")
        if value.kind == "open":
            if _OPERATORS[sign.text] != "=":
                raise wrong(value, f"parentheses stand behind a colon: {name.text}:(… OR …)")
            tree = self.group(value, depth, head)
        else:
            self._count(value)
            tree = _term(head, _OPERATORS[sign.text], value)
        return Not(tree) if sign.text == "!=" else tree

    def _needs_more(self, keyword: Token) -> None:
        if not self.left or self.next_is("close", "or", "and"):
            raise wrong(keyword, f"{keyword.text} has nothing behind it")

    def _count(self, token: Token) -> None:
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise wrong(token, f"a filter has at most {MAX_TERMS} terms")


def _text(token: Token) -> Text:
    keyed = _KEYED.match(token.text)
    if token.kind == "word" and keyed:
        said = f'{keyed[1]} is compared by a key in double quotes, as in {keyed[1]}["app.x"]=3'
        raise wrong(token, said)
    return Text(_said(token))


def _said(token: Token) -> Word:
    word = _word(token)
    if not word.text.strip(" *"):
        raise wrong(token, f"{token.text} holds nothing to search for")
    return word


def _word(token: Token) -> Word:
    if token.kind == "quoted":
        return Word(unquoted(token.text))
    if token.text.count("*") > MAX_WILDCARDS:
        raise wrong(token, f"a word has at most {MAX_WILDCARDS} wildcards")
    return Word(token.text, is_pattern="*" in token.text)


_SCORE = "score."
_KEY = re.compile(r'(.*?)(\["(?:[^"\\]|\\.)*"\])?', re.DOTALL)


def _head(token: Token) -> _Head:
    """The field that a token names.

    Raises:
        BadFilter: there is none of this name, it lacks its key, or its scope has no such field.
    """
    found = _KEY.fullmatch(token.text)
    name, bracket = (found[1], found[2]) if found else (token.text, None)
    key = unquoted(bracket[1:-1]) if bracket else ""
    before, dot, rest = name.partition(".")
    scope = _SCOPES.get(before.lower(), "") if dot else ""
    name = rest if scope else name
    if name.lower().startswith(_SCORE) and len(name) > len(
        _SCORE
    ):  # a name as it is seldom needs quotes
        name, key, bracket = name[: len(_SCORE) - 1], name[len(_SCORE) :] + key, name
    field = NAMES.get(name.lower())
    if field is None:
        raise _unknown(token, scope, name)
    _check_key(token, field, bracket)
    if field.type != "presence":
        _check_scope(token, scope, field)
    return _Head(token, scope, field, key)


def _check_key(token: Token, field: Field, bracket: str | None) -> None:
    is_keyed = field.type in ("attribute", "score")
    if is_keyed and bracket is None:
        raise wrong(token, f"{field.name} needs a key, as in {field.example}")
    if not is_keyed and bracket is not None:
        raise wrong(token, f"{field.name} has no key; it is written {field.example}")


def _check_scope(token: Token, scope: Scope, field: Field) -> None:
    of: Of = "trace" if scope == "trace" else "span"
    if scope and field.is_of_logs:
        raise wrong(token, f"a {of} has no {field.name}; a log record has it", field.name)
    if scope and of not in field.of:
        other = "span" if of == "trace" else "trace"
        raise wrong(token, f"a {of} has no {field.name}", f"{other}.{field.name}")


def _unknown(token: Token, scope: Scope, name: str) -> BadFilter:
    near = _near(name.lower(), list(NAMES))
    meant = f"{scope}.{near}" if scope and near else near
    if meant:
        return wrong(token, f"there is no field {name}", meant)
    return wrong(token, f"there is no field {name}; in double quotes it is searched as text")


def _near(name: str, known: list[str]) -> str:
    """The known name that was probably meant: one that is spelt nearly alike, else one that begins so."""
    alike = get_close_matches(name, known, n=1, cutoff=0.7)
    begun = [one for one in known if len(name) >= 2 and one.startswith(name)]
    return next(iter([*alike, *begun]), "")


def _term(head: _Head, operator: Operator, token: Token) -> Term:
    """The comparison with a value.

    Raises:
        BadFilter: the field does not take this operator, or the value is not of its type.
    """
    field = head.field
    if field.type == "presence":
        return _presence(head, operator, token)
    if operator != "=" and field.type in ("word", "text", "flag"):
        said = f"{field.name} is not compared with {operator}; it takes a colon: {field.example}"
        raise wrong(head.token, said)
    if token.kind == "word" and token.text == ANYTHING.text:
        return Term(head.scope, field, operator, ANYTHING, head.key)
    if field.type == "text":
        return Term(head.scope, field, operator, _said(token))
    if field.type == "word":
        return Term(head.scope, field, operator, _checked(field, token))
    if field.type in ("attribute", "score") and operator == "=":
        return Term(head.scope, field, operator, _word(token), head.key)
    return Term(head.scope, field, operator, _amount(head, token), head.key)


def _checked(field: Field, token: Token) -> Word:
    """The word, one of the field's choices where it has any."""
    word = _word(token)
    if not field.choices or word.is_pattern:
        return word
    if word.text.lower() not in field.choices:
        said = f"{word.text} is no {field.name}; there are {', '.join(field.choices)}"
        raise wrong(token, said, _near(word.text.lower(), list(field.choices)))
    return Word(word.text.lower())


_SIGNS = re.compile(r"[<>]=?|=")


def _amount(head: _Head, token: Token) -> Amount:
    field = head.field
    read, called, _ = READERS[field.type]
    text = unquoted(token.text) if token.kind == "quoted" else token.text
    amount = read(text)
    if amount is not None:
        return amount
    sign = _SIGNS.match(text)
    if sign and read(text[sign.end() :]) is not None:
        whole = Token("error", " " * (token.end - head.token.start), head.token.start)
        raise wrong(whole, "one sign is enough", f"{head.token.text}{text}")
    if field.type == "duration" and read(f"{text}s") is not None:
        raise wrong(token, f"{text} has no unit", f"{text}s")
    raise wrong(token, f"{text} is not {called}, as in {field.example}")


def _presence(head: _Head, operator: Operator, token: Token) -> Term:
    """`has:` with the name of a field, an attribute's key or one of `PRESENCES`."""
    if operator != "=":
        raise wrong(head.token, "has takes a colon: has:error")
    name = unquoted(token.text) if token.kind == "quoted" else token.text
    asked = name.partition("[")[0].lower()
    asked = "score" if asked.startswith(_SCORE) else asked
    known = {**NAMES, **PRESENCES}
    if asked not in known or asked == "has":
        said = f"has does not know {name}; it takes the name of a field"
        raise wrong(token, said, _near(asked, list(known)))
    key = ""
    if asked not in PRESENCES:
        key = _head(Token("field", name, token.start)).key
    _check_scope(head.token, head.scope, known[asked])
    return Term(head.scope, known[asked], "=", ANYTHING, key)
