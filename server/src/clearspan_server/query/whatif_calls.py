"""The model calls of a window, added up as far as another model would price them alike."""

from collections.abc import Iterable

from clearspan_server.query import SQL
from clearspan_server.query.filter import compose
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_GROUPS = 200_000

_CALLS = statement(SQL, "whatif_calls")


def summed_calls(engine: Engine, asked: Narrowing, edges: Iterable[int] = ()) -> list[Row]:
    """Sums of calls that are priced alike: of one hour, model and service tier, between two of the edges.

    `edges` are numbers of input tokens above which a price changes. Money is Decimal.

    Raises:
        BadInput: the filter cannot be read.
    """
    clauses = narrowed(engine, "spans", asked)
    values = clauses.values | asked.window.values()
    values |= {"edges": sorted(set(edges)), "limit": MAX_GROUPS}
    return engine.query(compose(_CALLS, clauses), values)


def per_call_ns(rows: Iterable[Row]) -> float | None:
    """How long calls took on average; None where no call has ended."""
    listed = list(rows)
    calls: float = sum(row["timed_calls"] for row in listed)
    return sum(row["timed_ns"] for row in listed) / calls if calls else None


def on_average_ns(rows: Iterable[Row], ttft_ns: float | None, tokens_per_s: float) -> float | None:
    """How long the same calls would take at another speed: `tokens_per_s` after the first token at `ttft_ns`."""
    listed = list(rows)
    calls: float = sum(row["timed_calls"] for row in listed)
    if not calls:
        return None
    tokens: float = sum(row["timed_tokens"] for row in listed)
    return (ttft_ns or 0) + tokens / calls / tokens_per_s * 1e9
