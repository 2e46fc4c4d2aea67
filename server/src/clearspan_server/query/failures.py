"""Failures: spans that went wrong, grouped by what went wrong."""

from collections.abc import Mapping

from clearspan_server.query import SQL
from clearspan_server.query.filter import Clauses
from clearspan_server.query.groups import Grouping, read_groups
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.query.page import Page, Paging
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

SPARKS = 24  # counts of a sparkline
SLOW_NS = 1_000_000_000  # what takes no longer is never slow

FAILURES = Grouping(statement(SQL, "failures"), id="fingerprint")

# docs/failures.md says the same in words.
CATEGORIES: Mapping[str, str] = {
    "failed": "status in ('error', 'crashed')",
    "cancelled": "status = 'cancelled'",
    "retried": "attempt > 1 or retry_of != ''",
    "slow": "end_ns - start_ns > greatest({slow_ns:Int64}, paces_ns[concat(kind, ' ', name)])",
    "timed_out": "error_class = 'timeout'",
}


def list_failures(engine: Engine, category: str, asked: Narrowing, paging: Paging) -> Page:
    """The groups of a category, a key of `CATEGORIES`, over the spans that start in the window and pass the filter.

    Raises:
        BadInput: the filter or the cursor cannot be read.
    """
    clauses = narrowed_failures(engine, category, asked)
    return read_groups(engine, FAILURES, asked.window, clauses, paging)


def narrowed_failures(engine: Engine, category: str, asked: Narrowing) -> Clauses:
    """The clauses of the spans that belong to a category.

    Raises:
        BadInput: the filter cannot be read.
    """
    step_ns = -(-asked.window.width_ns // SPARKS)
    of_category = Clauses([CATEGORIES[category]], {"slow_ns": SLOW_NS, "step_ns": step_ns})
    return narrowed(engine, "spans", asked, FAILURES.id).and_(of_category)
