"""Every statement of a list, chart or facet takes every field of the filter language."""

import re

import pytest

from clearspan_server.query import SQL
from clearspan_server.query.fields import FIELDS
from clearspan_server.query.filter import (
    Stillness,
    compose,
    log_clauses,
    span_clauses,
    trace_clauses,
)
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement
from test_query_statements import NAMES, VALUES

MARKED = [
    name
    for name in NAMES
    if "/*filter*/" in statement(SQL, name)
    and not name.startswith("trace_ids_by")
    # Of the first query/measures.py chooses; the other has few columns, and query/series.py asks it for no others.
    and name not in ("measures_of_scores", "series_of_rollups")
]
JOINED = re.compile(r"join\n +\(.*?\n +\)", re.DOTALL)
STILL = Stillness(0, 0)
CLAUSES = {"spans": span_clauses, "traces": trace_clauses, "logs": log_clauses}


@pytest.mark.parametrize("name", MARKED)
def test_a_statement_takes_a_filter_of_all_fields(engine: Engine, name: str) -> None:
    before, _, _ = statement(SQL, name).partition("/*filter*/")
    [*_, table] = re.findall(r"from (spans|traces|logs)(?: final)?\n", re.sub(JOINED, "", before))
    of_logs = [field for field in FIELDS if field.is_of_logs]
    for fields in ([field for field in FIELDS if field not in of_logs], of_logs):
        asked = " OR ".join(f"-{field.example}" for field in fields)

        clauses = CLAUSES[table](engine, asked, STILL)
        text = compose(statement(SQL, name), clauses)
        bound = {key: value for key, value in VALUES.items() if f"{{{key}:" in text}

        assert engine.query(text, clauses.values | bound) is not None
