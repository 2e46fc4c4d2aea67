"""From the text of a question to the SQL console to the statement that is run: parsed, checked, bound, written anew.

Nothing that was typed reaches the engine. Its tree is held against `console_grammar.py`; every table becomes a query on
ours that names the project, every name of a `with` the query that it stands for, so that no name is left for the
engine to look up (the embedded one takes an unknown table for a file); then the tree is written as text again, and the
text is read once more as a stream of words.
"""

import logging
import re
from functools import cache
from itertools import pairwise
from typing import ClassVar

from sqlglot import exp, parse, parse_one
from sqlglot.dialects.clickhouse import ClickHouse
from sqlglot.errors import ErrorLevel, ParseError, TokenError
from sqlglot.generators.clickhouse import ClickHouseGenerator
from sqlglot.parsers.clickhouse import ClickHouseParser
from sqlglot.tokenizer_core import TokenType
from typing_extensions import override

from clearspan_server.errors import BadSql
from clearspan_server.query import SQL
from clearspan_server.query.console_functions import FUNCTIONS
from clearspan_server.query.console_grammar import check, refusal
from clearspan_server.query.window import HOUR_NS, MINUTE_NS, Window
from clearspan_server.store.statements import statement

TABLES = ("spans", "traces", "scores", "logs", "metrics", "rollups")
MAX_CHARS = 20_000
# Queries of `with` are written wherever they are used: two uses of each of twenty would be a million.
_MAX_NODES = 20_000
_MAX_DEPTH = 40  # brackets in brackets, which the parser follows on its stack

_OURS = (*TABLES, "rollup_hours")
# Words before a bracket that are no function.
_SYNTAX = """
    all and any as asof between by case cast distinct else except exists filter from having in intersect join limit not
    offset on or order over rollup cube select then union using when where with
    array bool date date32 datetime datetime64 decimal decimal32 decimal64 decimal128 lowcardinality map nullable tuple
    finalizeaggregation
"""
_KNOWN = frozenset((*_SYNTAX.split(), *FUNCTIONS))
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# It tells the log of what it does not know, with the text; whoever asked is told instead.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


class _Parser(ClickHouseParser):
    """Every function stays what it was typed as: the parser's own ideas of what one means would change it."""

    FUNCTIONS: ClassVar = {}
    FUNCTION_PARSERS: ClassVar = {"CAST": ClickHouseParser.FUNCTION_PARSERS["CAST"]}
    NO_PAREN_FUNCTIONS: ClassVar = {}


class _Generator(ClickHouseGenerator):
    """Writes texts and names so that they end where they end for any reader."""

    @override
    def literal_sql(self, expression: exp.Literal) -> str:
        text = str(expression.this)
        if not expression.is_string:
            return text
        text = text.replace("\\", "\\\\").replace("'", "\\'")
        return "'" + _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02X}", text) + "'"


_PARTS = {
    "Parser": _Parser,
    "Generator": _Generator,
}  # under the names by which the library looks for them
_DIALECT: ClickHouse = type("Console", (ClickHouse,), _PARTS)()


# When a row was, and the minute by which rows lie; `scores` of another window may judge what lies in this one.
_MOMENTS = {
    "spans": ("start_ns", "start_minute"),
    "traces": ("start_ns", "start_minute"),
    "logs": ("time_ns", "time_minute"),
    "metrics": ("time_ns", "time_minute"),
    "scores": ("created_ns", ""),
    "rollups": ("", "hour"),
}


def compile_question(text: str, project: str, window: Window | None = None) -> str:
    """The select that answers a question, of the rows of one project; with a window, of those in it alone.

    Raises:
        BadSql: it cannot be read, or holds what is not allowed; the error knows line and column.
    """
    tree = _parsed(text)
    check(tree)
    written = _write(_Binding(project, window).bind(tree, {}))
    _read_again(written)
    return written


@cache
def view(name: str) -> exp.Select:
    """The query that a table of the console stands for, with its project still open."""
    return parse_one(statement(SQL, f"console_{name}"), dialect=_DIALECT, into=exp.Select)


def _parsed(text: str) -> exp.Expr:
    if len(text) > MAX_CHARS:
        raise BadSql(
            f"the query has {len(text):,} characters; at most {MAX_CHARS:,} are read", 1, 1
        )
    _check_depth(text)
    try:
        trees = [tree for tree in parse(text, dialect=_DIALECT) if tree is not None]
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        line, column = int(first.get("line") or 1), int(first.get("col") or 1)
        near = str(first.get("highlight") or "")
        said = str(first.get("description") or "it cannot be read").rstrip(".")
        raise BadSql(
            f"{said}, near {near[:40]!r}" if near else said, line, max(1, column - len(near) + 1)
        ) from None
    except (TokenError, RecursionError, ValueError, AttributeError, TypeError) as error:
        # The parser stumbles over some texts instead of refusing them.
        raise BadSql(f"it cannot be read: {str(error)[:80]}", 1, 1) from None
    if len(trees) != 1:
        raise BadSql("one `select` at a time" if trees else "there is no query", 1, 1)
    if not isinstance(trees[0], (exp.Select, exp.SetOperation)):
        raise refusal(trees[0], "only `select` is allowed")
    return trees[0]


def _check_depth(text: str) -> None:
    deepest = depth = 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        deepest = max(deepest, depth)
    if deepest > _MAX_DEPTH:
        raise BadSql(f"brackets are {deepest} deep; at most {_MAX_DEPTH} are read", 1, 1)
    # Every word of these is a call of the parser in itself.
    if len(re.findall(r"\b(case|not|select|interval)\b|[-!~?]", text, re.IGNORECASE)) > 1_000:
        raise BadSql("the query is too long: it has more than 1,000 cases, signs or selects", 1, 1)


class _Binding:
    """Puts queries where names of tables are, and counts how much it writes."""

    def __init__(self, project: str, window: Window | None) -> None:
        self._project = project
        self._window = window
        self._nodes = 0

    def bind(self, node: exp.Expr, known: dict[str, exp.Expr]) -> exp.Expr:
        """The same tree without a name of a table; `known` has the queries of each `with` around it."""
        inner = self._with(node, known)
        for child in list(node.iter_expressions()):
            if isinstance(child, exp.With):
                continue  # `_with` has been there
            if isinstance(child, exp.Table):
                child.replace(self._query(child, inner))
            else:
                self.bind(child, inner)
        return node

    def _with(self, node: exp.Expr, known: dict[str, exp.Expr]) -> dict[str, exp.Expr]:
        given = node.args.get("with_")
        if given is None:
            return known
        inner = dict(known)
        values = []
        for one in given.expressions:
            if one.args.get("scalar"):
                values.append(self.bind(one, inner))
                continue
            if not isinstance(one.this, (exp.Select, exp.SetOperation)):
                raise refusal(one, "after `as` comes a query in parentheses")
            name = one.alias
            if name in TABLES or name in inner:
                raise refusal(one, f"{name!r} is a table already: choose another name")
            inner[name] = self.bind(one.this, inner)
        node.set("with_", exp.With(expressions=values) if values else None)
        return inner

    def _query(self, table: exp.Expr, known: dict[str, exp.Expr]) -> exp.Expr:
        name = table.name
        if name in known:
            query = known[name].copy()
        elif name in TABLES:
            ours = view(name).copy()
            for place in list(ours.find_all(exp.Placeholder)):
                place.replace(exp.Literal.string(self._project))
            query = ours if self._window is None else _within(ours, name, self._window)
        else:
            there = ", ".join((*TABLES, *known))
            raise refusal(table, f"there is no table {name[:60]!r}; there are {there}")
        self._nodes += sum(1 for _ in query.walk())
        if self._nodes > _MAX_NODES:
            raise refusal(
                table, "the query is too large once each `with` is written where it is used"
            )
        alias = exp.to_identifier(table.alias or name, quoted=True)
        return exp.Subquery(this=query, alias=exp.TableAlias(this=alias))


def _within(query: exp.Select, table: str, window: Window) -> exp.Select:
    """Only what was in the window; of sums by the hour, those of every hour that it touches."""
    at, lies_by = _MOMENTS[table]
    conditions = [f"{at} >= {window.from_ns}", f"{at} < {window.to_ns}"] if at else []
    if lies_by:
        width_ns = MINUTE_NS if at else HOUR_NS
        first_s = window.from_ns // width_ns * width_ns // 10**9
        conditions += [f"{lies_by} >= {first_s}", f"{lies_by} < {-(-window.to_ns // 10**9)}"]
    for condition in conditions:
        query = query.where(condition, dialect=_DIALECT)
    return query


def _write(tree: exp.Expr) -> str:
    try:
        return tree.sql(
            dialect=_DIALECT, identify=True, comments=False, unsupported_level=ErrorLevel.IGNORE
        )
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        raise BadSql(f"it cannot be written anew: {str(error)[:80]}", 1, 1) from None


def _read_again(written: str) -> None:
    """Hold the words of what was written against the lists: whatever the tree was, this is what is run.

    Raises:
        BadSql: a word stands where a function would and is none of ours, or a name where a table would.
    """
    tokens = _DIALECT.tokenize(written)
    before = ""
    for token, after in pairwise(tokens):
        kind, text, before, said = token.token_type, token.text, token.text, before
        if kind in (
            TokenType.SEMICOLON,
            TokenType.HEREDOC_STRING,
            TokenType.FORMAT,
            TokenType.SETTINGS,
        ):
            raise BadSql(f"{text!r} is not allowed")
        if kind in (TokenType.STRING, TokenType.IDENTIFIER, TokenType.NUMBER):
            before = ""
        elif after.token_type is TokenType.L_PAREN:
            if text[:1].isalpha() and text.lower() not in _KNOWN:
                raise BadSql(f"the function {text!r} is not allowed here")
        elif (said.upper(), text.upper()) in (("FILL", "FROM"), ("ARRAY", "JOIN")):
            continue  # an expression follows, not a table
        elif kind in (TokenType.FROM, TokenType.JOIN) and after.text not in _OURS:
            raise BadSql(f"there is no table {after.text[:60]!r}")
