"""What a question to the SQL console may be made of: kinds of syntax nodes, and what each may hold."""

import re
from collections.abc import Callable

from sqlglot import exp

from clearspan_server.errors import BadSql
from clearspan_server.query.console_functions import FUNCTIONS

_OF_SELECT = (
    "with_ expressions from_ joins where group having qualify windows order limit offset distinct"
)
_BOTH = frozenset(("this", "expression"))
_THIS = frozenset(("this",))
_LIST = frozenset(("expressions",))
_CALL = frozenset(("this", "expressions"))
_SET = frozenset(("this", "expression", "distinct", "with_", "order", "limit", "offset"))

# A node of a kind that is not here, or that holds something else, is refused: settings, formats, parameters, table
# functions, samples and what the parser learns to read tomorrow.
NODES: dict[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset(_OF_SELECT.split()),
    **dict.fromkeys((exp.Union, exp.Except, exp.Intersect), _SET),
    exp.With: _LIST,
    exp.CTE: frozenset(("this", "alias", "scalar")),
    exp.Subquery: frozenset(("this", "alias")),
    exp.From: _THIS,
    exp.Table: frozenset(("this", "alias")),
    exp.TableAlias: _THIS,
    exp.Join: frozenset(("this", "on", "using", "side", "kind", "expressions")),
    exp.Where: _THIS,
    exp.Having: _THIS,
    exp.Qualify: _THIS,
    exp.Group: frozenset(("expressions", "all", "totals", "rollup", "cube")),
    **dict.fromkeys((exp.Rollup, exp.Cube), _LIST),
    exp.Order: _LIST,
    exp.Ordered: frozenset(("this", "desc", "nulls_first", "with_fill")),
    exp.WithFill: frozenset(("from_", "to", "step")),
    exp.Limit: frozenset(("expression", "expressions")),
    exp.Offset: frozenset(("expression", "expressions")),
    exp.Distinct: _LIST,
    exp.Window: frozenset(("this", "partition_by", "order", "spec", "alias", "over")),
    exp.WindowSpec: frozenset(("kind", "start", "start_side", "end", "end_side")),
    exp.Star: frozenset(("except_",)),
    exp.Alias: frozenset(("this", "alias")),
    exp.Aliases: _CALL,
    exp.Column: frozenset(("this", "table")),
    exp.Identifier: frozenset(("this", "quoted")),
    exp.Literal: frozenset(("this", "is_string")),
    exp.Boolean: _THIS,
    exp.Null: frozenset(),
    exp.Paren: _THIS,
    exp.Tuple: _LIST,
    exp.Array: frozenset(("expressions", "bracket_notation")),
    exp.VarMap: frozenset(("keys", "values")),
    exp.Bracket: frozenset(("this", "expressions", "offset")),
    exp.Dot: _BOTH,
    exp.Lambda: _CALL,
    exp.Cast: frozenset(("this", "to")),
    exp.CastToStrType: frozenset(("this", "to")),
    exp.DataType: frozenset(("this", "expressions", "nested", "nullable")),
    exp.DataTypeParam: _THIS,
    exp.Interval: frozenset(("this", "unit")),
    exp.Var: _THIS,
    exp.Case: frozenset(("this", "ifs", "default")),
    exp.If: frozenset(("this", "true", "false")),
    exp.In: frozenset(("this", "expressions", "query")),
    exp.Exists: _THIS,
    exp.Between: frozenset(("this", "low", "high")),
    exp.Filter: _BOTH,
    **dict.fromkeys((exp.Not, exp.Neg), _THIS),
    **dict.fromkeys(
        (
            *(exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is),
            *(exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.IntDiv, exp.DPipe),
        ),
        _BOTH,
    ),
    **dict.fromkeys((exp.Like, exp.ILike), frozenset(("this", "expression", "negate"))),
    exp.Div: frozenset(("this", "expression", "typed", "safe")),
    exp.DPipe: frozenset(("this", "expression", "safe")),
    **dict.fromkeys((exp.Anonymous, exp.AnonymousAggFunc, exp.CombinedAggFunc), _CALL),
    **dict.fromkeys(
        (exp.ParameterizedAgg, exp.CombinedParameterizedAgg),
        frozenset(("this", "expressions", "params")),
    ),
}
_CALLS = (
    *(exp.Anonymous, exp.AnonymousAggFunc, exp.CombinedAggFunc),
    *(exp.ParameterizedAgg, exp.CombinedParameterizedAgg),
)
_TYPE_NAMES = """
    ARRAY BIGINT BOOLEAN DATE DATE32 DATETIME DATETIME64 DECIMAL DECIMAL32 DECIMAL64 DECIMAL128 DOUBLE FLOAT INT
    INT128 LOWCARDINALITY MAP SMALLINT STRUCT TEXT TINYINT UBIGINT UINT UINT128 USMALLINT UTINYINT UUID VARCHAR
"""
_TYPES = frozenset(_TYPE_NAMES.split())
_UNIT_NAMES = "NANOSECOND MICROSECOND MILLISECOND SECOND MINUTE HOUR DAY WEEK MONTH QUARTER YEAR"
_UNITS = frozenset(_UNIT_NAMES.split())
_KINDS = frozenset(("INNER", "OUTER", "CROSS", "ANY", "ALL", "SEMI", "ANTI", "ASOF", "ARRAY"))
# What every table is bound by: no column that can be read, and no name that could stand before it.
_BINDING = "project"
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
# No quote, backslash, dollar or control character: nothing that could end a quoted name, in anybody's reading.
_QUOTED = re.compile(r"[^\x00-\x1f\x7f-\x9f\"'`\\$\u2018-\u201f\ud800-\udfff]{1,100}")
_NUMBER = re.compile(
    r"[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?|\.[0-9]{1,40}([eE][+-]?[0-9]{1,3})?"
)
_WORDS = re.compile(r"[A-Za-z_ ]{1,30}")
_SAID: dict[type[exp.Expr], str] = {
    exp.Final: "`final` is not needed: every table is read without old versions",
    exp.TableSample: "`sample` is not allowed: every table is read whole",
    exp.Placeholder: "a parameter is not allowed: write the value",
    exp.Parameter: "a parameter is not allowed: write the value",
    exp.Apply: "`apply` is not allowed: name the columns",
    exp.HexString: "a hexadecimal number is not allowed",
    exp.RawString: "a text between dollar signs is not allowed: write it between single quotes",
    exp.Heredoc: "a text between dollar signs is not allowed: write it between single quotes",
    exp.Command: "only `select` is allowed",
    exp.PreWhere: "`prewhere` is not allowed: write `where`",
}


def check(tree: exp.Expr) -> None:
    """Hold a tree against the lists; names of functions become the engine's own.

    Raises:
        BadSql: it holds what is not allowed, which the message names.
    """
    for node in tree.walk():
        _check_node(node)
        if rule := _RULES.get(type(node)):
            rule(node)


def _check_node(node: exp.Expr) -> None:
    allowed = NODES.get(type(node))
    if allowed is None:
        raise refusal(node, _SAID.get(type(node)) or f"{_name(node)} is not allowed")
    for key, value in node.args.items():
        if value is None or value is False or value == []:
            continue
        if key not in allowed:
            raise refusal(node, _unexpected(node, key))
        _check_value(node, key, value)


def _unexpected(node: exp.Expr, key: str) -> str:
    if isinstance(node, exp.Table) and key == "db":
        return f"there is no table {node.sql()[:60]!r}"
    if isinstance(node, exp.In) and key == "field":
        return IN
    return f"`{key.strip('_')}` is not allowed in {_name(node)}"


def refusal(node: exp.Expr, message: str) -> BadSql:
    """The refusal of a node, with the line and column at which it stands, as far as the parser knows."""
    around: exp.Expr | None = node
    while around is not None:
        for one in around.walk():
            if "line" in one.meta:
                return BadSql(message, one.meta["line"], one.meta["col"] - len(one.name) + 1)
        around = around.parent
    return BadSql(message, 1, 1)


def _name(node: exp.Expr) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__)
    return f"`{words.lower()}`"


def _check_value(node: exp.Expr, key: str, value: object) -> None:
    """What is in a node is nodes, flags, or a few words; texts and names have rules of their own."""
    if value is True or isinstance(value, exp.Expr) or isinstance(node, _NAMED):
        return
    if isinstance(value, list):
        if all(isinstance(one, exp.Expr) for one in value):
            return
    elif isinstance(value, exp.DType) or (isinstance(value, str) and _WORDS.fullmatch(value)):
        return
    raise refusal(node, f"`{key.strip('_')}` is not allowed in {_name(node)}")


def _call(node: exp.Expr) -> None:
    name = node.args["this"]
    if not isinstance(name, str) or (known := FUNCTIONS.get(name.lower())) is None:
        shown = name if isinstance(name, str) else node.name
        raise refusal(node, f"the function {shown[:60]!r} is not allowed here")
    node.set("this", known)


def _identifier(node: exp.Expr) -> None:
    name = node.args["this"]
    if name == _BINDING:
        raise refusal(node, f"there is no column {name!r}: every table is of one project")
    rule = _QUOTED if node.args.get("quoted") else _BARE
    if not isinstance(name, str) or not rule.fullmatch(name):
        raise refusal(node, f"{str(name)[:60]!r} is not a name: letters, digits and '_'")


def _literal(node: exp.Expr) -> None:
    text = node.args["this"]
    if not isinstance(text, str):
        raise refusal(node, "this is not a value")
    if node.args.get("is_string"):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise refusal(node, "the text is not Unicode") from None
    elif not _NUMBER.fullmatch(text):
        raise refusal(node, f"{text[:60]!r} is not a number")


def _in(node: exp.Expr) -> None:
    values = node.args.get("expressions") or []
    query = node.args.get("query")
    if query is None and not values:
        raise refusal(node, IN)
    if query is not None and not isinstance(query, exp.Subquery):
        raise refusal(node, IN)
    for value in values:
        # A name here would be a table's: the engine reads `x in (t)` as `x in t`.
        if any(isinstance(one, _READS) for one in value.walk()):
            raise refusal(value, IN)


def _table(node: exp.Expr) -> None:
    if not isinstance(node.args["this"], exp.Identifier):
        name = str(node.this.args.get("this"))
        raise refusal(node.this, f"{name[:60]!r} is a table function: they are not allowed")


def _of_query(node: exp.Expr) -> None:
    if not isinstance(node.args.get("this"), (exp.Select, exp.SetOperation)):
        raise refusal(node, f"{_name(node)} takes a query: write `(select … )`")


def _join(node: exp.Expr) -> None:
    words = f"{node.args.get('kind') or ''}".upper().split()
    if not set(words) <= _KINDS:
        raise refusal(node, f"the join {' '.join(words)} is not allowed")


def _from(node: exp.Expr) -> None:
    source = node.args["this"]
    if type(source) in NODES and not isinstance(source, (exp.Table, exp.Subquery)):
        raise refusal(node, "after `from` comes a table or a query in parentheses")


def _type(node: exp.Expr) -> None:
    kind = node.args["this"]
    if not isinstance(kind, exp.DType) or kind.name not in _TYPES:
        raise refusal(node, f"the type {getattr(kind, 'name', kind)!s} is not allowed")


def _named_type(node: exp.Expr) -> None:
    to = node.args["to"]
    if not re.fullmatch(r"[A-Za-z0-9(), ]{1,80}", to.name):
        raise refusal(node, f"{to.name[:60]!r} is not a type")


def _unit(node: exp.Expr) -> None:
    if node.name.upper().rstrip("S") not in {unit.rstrip("S") for unit in _UNITS}:
        raise refusal(node, f"{node.name[:60]!r} is not a unit of time")


def _star(node: exp.Expr) -> None:
    if not isinstance(node.parent, (exp.Select, exp.Column, *_CALLS)):
        raise refusal(node, "`*` is not allowed here")


IN = "on the right of `in` stands a list of values or a query: `in (1, 2)`, `in (select …)`"
_READS = (exp.Column, exp.Star, exp.Query, exp.Identifier, exp.Lambda)
_NAMED = (exp.Identifier, exp.Literal, *_CALLS)
_RULES: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    **dict.fromkeys(_CALLS, _call),
    exp.Identifier: _identifier,
    exp.Literal: _literal,
    exp.In: _in,
    exp.Table: _table,
    exp.Subquery: _of_query,
    exp.Exists: _of_query,
    exp.Join: _join,
    exp.From: _from,
    exp.DataType: _type,
    exp.CastToStrType: _named_type,
    exp.Var: _unit,
    exp.Star: _star,
}
