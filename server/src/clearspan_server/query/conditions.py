"""What a tree of the filter language means: conditions over rows of `spans`, `traces` or `logs`, with bound values.

The statement in which they stand binds `project`, and `from_ns` and `to_ns` as the window whose rows it reads.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import orjson

from clearspan_server.query import SQL
from clearspan_server.query.amounts import READERS, flag, number
from clearspan_server.query.fields import PEOPLE, Column, Field, Of
from clearspan_server.query.language import (
    ANYTHING,
    And,
    Node,
    Not,
    Or,
    Term,
    Text,
    Word,
    leaves,
)
from clearspan_server.query.text import ERRORS, MESSAGES, RECORDS, Searched, Spelt
from clearspan_server.store.statements import statement

# Whom a condition asks: a row's own table, another one, or a trace's root, which is a span.
Layer = Literal["span", "trace", "log", "root"]

_BY_SPAN = statement(SQL, "trace_ids_by_span")
_BY_TRACE = statement(SQL, "trace_ids_by_trace")
_BY_KIN = statement(SQL, "trace_ids_by_kin")
_BY_LOG = statement(SQL, "trace_ids_by_log")
_BY_SCORE = statement(SQL, "trace_ids_by_score")
_BY_SPAN_SCORE = statement(SQL, "trace_ids_by_span_score")
_IS_ROOT = "(parent_id = '' or parent_remote)"


def searched(tree: Node) -> Iterable[Word]:
    """Every text that the tree searches for."""
    for leaf in leaves(tree):
        if isinstance(leaf, Text):
            yield leaf.said
        elif leaf.field.type == "text" and isinstance(leaf.value, Word) and leaf.value != ANYTHING:
            yield leaf.value


@dataclass(slots=True)
class Conditions:
    """Builds the conditions of one list, of `rows` of spans, traces or logs, and collects the values bound in them."""

    rows: Of
    words: Mapping[str, Searched]  # the searched texts, as the engine cuts them
    pseudonym: Callable[[str], str] = str  # a person's name → the one that stands for it
    values: dict[str, object] = field(default_factory=dict)

    def of(self, node: Node, layer: Layer) -> str:
        """The tree as a condition over rows of a layer."""
        match node:
            case And(parts):
                return self._all_of(parts, layer)
            case Not(part):
                return f"not ({self.of(part, layer)})"
            case Or(parts) if self._is_of_others(node, layer):
                return self._among(self._layer(parts[0]), node)
            case Or(parts):
                return " or ".join(f"({self.of(part, layer)})" for part in parts)
            case Term() | Text():
                own = self._layer(node)
                return self._leaf(node, layer) if own == layer else self._among(own, node)

    def _all_of(self, parts: Sequence[Node], layer: Layer) -> str:
        """What is asked of others stands together: one span must fulfil all that is asked of a span."""
        own = [part for part in parts if not self._is_of_others(part, layer)]
        found = [self.of(part, layer) for part in own]
        for other in ("span", "trace", "log", "root"):
            asked = [part for part in parts if part not in own and self._layer(part) == other]
            if asked:
                found.append(self._among(other, And(tuple(asked))))
        return " and ".join(f"({one})" for one in found) or "true"

    def _is_of_others(self, node: Node, layer: Layer) -> bool:
        """Whether all of it asks one other layer, and nothing is negated: that must hold for every span."""
        layers = {self._layer(leaf) for leaf in leaves(node)}
        return len(layers) == 1 and layer not in layers and not _has_negation(node)

    def _layer(self, node: Node) -> Layer:
        leaf = next(iter(leaves(node)))
        if isinstance(leaf, Text):
            return "log" if self.rows == "log" else "span"
        if leaf.scope:
            return leaf.scope
        if leaf.field.is_of_logs or (self.rows == "log" and leaf.field.log):
            return "log"
        if self.rows == "span":
            return "span" if leaf.field.span else "trace"
        return "trace" if "trace" in leaf.field.of and leaf.field.role != "span" else "span"

    def _among(self, layer: Layer, node: Node) -> str:
        """The row's trace is among those of which a row of another layer fulfils the tree."""
        return self._trace_with(layer, self.of(node, layer))

    def _trace_with(self, layer: Layer, condition: str) -> str:
        if layer == "log":
            return self._with_log(condition)
        if layer == "root":
            condition = f"{_IS_ROOT} and ({condition})"
        by_span = _BY_SPAN if self.rows == "trace" else _BY_KIN
        found = _BY_TRACE if layer == "trace" else by_span
        return f"trace_id in ({found.replace('/*filter*/ true', f'({condition})')})"

    def _with_log(self, condition: str) -> str:
        """A log record of the span, or of the trace, fulfils the condition."""
        ids = "trace_id" if self.rows == "trace" else "trace_id, span_id"
        by_log = _BY_LOG.replace("/*ids*/ trace_id", ids)
        return f"({ids}) in ({by_log.replace('/*filter*/ true', f'({condition})')})"

    def _leaf(self, node: Term | Text, layer: Layer) -> str:
        if isinstance(node, Text):
            return self._says(node.said, (RECORDS,) if layer == "log" else (*MESSAGES, ERRORS))
        if layer == "log":
            return self._term(node, "log")
        of: Of = "trace" if layer == "trace" else "span"
        if node.field.role == "who":
            return self._who(node, of)
        return self._term(node, of)

    def _who(self, term: Term, of: Of) -> str:
        """Whose work it is: a span that does not say is its trace's."""
        if of == "trace":
            if term.field.trace:
                return self._term(term, "trace")
            return self._trace_with("span", self._term(term, "span"))
        own = self._term(term, "span")
        if term.scope or self.rows != "span":
            return own
        layer: Of = "trace" if term.field.trace else "span"
        inherited = self._trace_with(layer, self._term(term, layer))
        says = _is_there(term.field, "span")
        return f"({says}) and ({own}) or not ({says}) and {inherited}"

    def _term(self, term: Term, of: Of) -> str:
        asked, value = term.field, term.value
        if value == ANYTHING:
            return self._has(term, of)
        columns = asked.columns(of)
        if asked.type == "attribute":
            return self._attribute(term, of)
        if asked.type == "score":
            return self._judged(columns[0], term)
        if asked.type == "text" and isinstance(value, Word):
            held = asked.log if of == "log" else asked.span
            texts = [one for one in (*MESSAGES, ERRORS, RECORDS) if one.column == held]
            return self._says(value, texts)
        if isinstance(value, Word):
            words = self._spellings(asked, value)
            return " or ".join(self._is_word(column, word) for column in columns for word in words)
        bound = self._bind(value, READERS[asked.type][2])
        # Unknown is outside of any bound, and inside of a bound's negation.
        return " or ".join(
            f"ifNull({column.sql} {term.operator} {bound}, false)" for column in columns
        )

    def _spellings(self, asked: Field, word: Word) -> list[Word]:
        """What was sent, and of people the name that stands for them where theirs was redacted."""
        if asked.name not in PEOPLE or word.is_pattern:
            return [word]
        return list(dict.fromkeys((word, Word(self.pseudonym(word.text)))))

    def _is_word(self, column: Column, word: Word) -> str:
        if not word.is_pattern:
            bound = self._bind(word.text, "String")
            return f"has({column.sql}, {bound})" if column.is_array else f"{column.sql} = {bound}"
        bound = self._bind(_like(word.text), "String")
        if column.is_array:
            return f"arrayExists(one -> one like {bound}, {column.sql})"
        return f"{column.sql} like {bound}"

    def _has(self, term: Term, of: Of) -> str:
        if term.field.type == "score":
            return self._judged(term.field.columns(of)[0], term)
        if term.field.type != "attribute":
            return _is_there(term.field, of)
        key = self._bind(term.key, "String")
        if _is_plain(term.field, of):
            return f"mapContains({term.field.columns(of)[0].sql}, {key})"
        held = (
            f"mapContains(attributes, {key})",
            f"mapContains(mirrored, {key})",
            f"JSONHas(attributes_overflow, {key})",
        )
        return " or ".join(held)

    def _judged(self, ids: Column, term: Term) -> str:
        """One score of the name fulfils the term: of a span its own, of a trace one of its own or of its spans."""
        scored = f"name = {self._bind(term.key, 'String')} and ({self._says_score(term)})"
        by_score = _BY_SCORE if ids.sql == "trace_id" else _BY_SPAN_SCORE
        return f"{ids.sql} in ({by_score.replace('/*filter*/ true', scored)})"

    def _says_score(self, term: Term) -> str:
        value = term.value
        if value == ANYTHING:
            return "true"
        if not isinstance(value, Word):
            return f"ifNull(value {term.operator} {self._bind(value, 'Float64')}, false)"
        says = self._is_word(Column("text"), value)
        truth = flag(value.text)
        as_number = number(value.text) if truth is None else float(truth)
        if as_number is None:
            return says
        return f"{says} or ifNull(value = {self._bind(as_number, 'Float64')}, false)"

    def _attribute(self, term: Term, of: Of) -> str:
        """Attributes are kept as JSON text; those of spans as numbers, too, and beyond a limit as one object."""
        key = self._bind(term.key, "String")
        text, as_numbers = _attribute_text(key), _number(key)
        if _is_plain(term.field, of):
            text = f"{term.field.columns(of)[0].sql}[{key}]"
            as_numbers = f"toFloat64OrNull({text})"
        if not isinstance(term.value, Word):
            bound = self._bind(term.value, "Float64")
            return f"ifNull({as_numbers} {term.operator} {bound}, false)"
        if term.value.is_pattern:
            patterns = (_like(_as_json(term.value.text)), _like(term.value.text))
            return " or ".join(f"{text} like {self._bind(one, 'String')}" for one in patterns)
        spellings = [_as_json(term.value.text), term.value.text]
        equal = f"{text} in {self._bind([one for one in spellings if one], 'Array(String)')}"
        as_number = number(term.value.text)
        if as_number is None:
            return equal
        bound = self._bind(as_number, "Float64")
        return f"{equal} or ifNull({as_numbers} = {bound}, false)"

    def _says(self, said: Word, texts: Sequence[Spelt]) -> str:
        """One of the texts holds the words, found by the index; then, where they are not all, the text itself."""
        if said.is_pattern:
            bound = self._bind(_like(f"*{said.text.lower()}*"), "String")
            return " or ".join(f"{text.plain} like {bound}" for text in texts)
        return " or ".join(f"({self._holds(text, self.words[said.text])})" for text in texts)

    def _holds(self, text: Spelt, term: Searched) -> str:
        parts = []
        if term.words:
            words = self._bind(term.words, "Array(String)")
            parts.append(f"hasAllTokens({text.indexed}, {words})")
        if term.needles:
            needles = self._bind(term.needles, "Array(String)")
            parts.append(f"multiSearchAny({text.plain}, {needles})")
        return " and ".join(parts)

    def _bind(self, value: object, kind: str) -> str:
        name = f"filter_{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{kind}}}"


def _has_negation(node: Node) -> bool:
    match node:
        case And(parts) | Or(parts):
            return any(_has_negation(part) for part in parts)
        case Not():
            return True
        case Term() | Text():
            return False


def _is_plain(asked: Field, of: Of) -> bool:
    """Whether an attribute is kept as text alone."""
    return of == "log" or asked.span == "resource"


def _is_there(asked: Field, of: Of) -> str:
    known = {"trace": asked.has_trace, "span": asked.has_span, "log": ""}[of]
    if known:
        return known
    return " or ".join(_is_known(column, asked) for column in asked.columns(of))


def _is_known(column: Column, asked: Field) -> str:
    if asked.type == "presence" and column.sql.startswith("("):
        return column.sql
    if asked.type in ("word", "text", "presence"):
        return f"notEmpty({column.sql})" if column.is_array else f"{column.sql} != ''"
    return f"isNotNull({column.sql})"


def _attribute_text(key: str) -> str:
    held = f"attributes[{key}]"
    beyond = f"JSONExtractRaw(attributes_overflow, {key})"
    return f"if({held} = '' and attributes_overflow != '', {beyond}, {held})"


def _number(key: str) -> str:
    held = f"if(mapContains(attributes_number, {key}), attributes_number[{key}], null)"
    beyond = f"JSONExtract(attributes_overflow, {key}, 'Nullable(Float64)')"
    return f"if(attributes_overflow = '', {held}, coalesce({held}, {beyond}))"


def _as_json(text: str) -> str:
    return orjson.dumps(text).decode()


def _like(pattern: str) -> str:
    """A pattern with `*` as one of SQL's, in which nothing else has a meaning."""
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")
