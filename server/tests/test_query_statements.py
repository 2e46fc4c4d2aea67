"""The statements of the read path, as files."""

import re
from importlib.resources import files

import pytest

from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

NAMES = sorted(
    file.name.removesuffix(".sql") for file in files(SQL).iterdir() if file.name.endswith(".sql")
)
WHOLE = ("span", "spans_whole", "trace_contents", "log", "export_places")
LISTS = [name for name in NAMES if name not in WHOLE and not name.startswith("console_")]
# Of roll-ups a statement chooses the generation itself.
ROLLED_UP = re.compile(r"from rollup(s|_spans|_traces)\n")
# One row is as good as another of the same key.
ALIKE = ("logs", "metric_hours", "long_texts")
READ_ALIKE = tuple(
    f"metric_{of}"
    for of in ("exemplars", "labels", "names", "oldest", "spacing", "values", "widths")
)
VERSIONED = (
    *("spans", "traces", "rollup_hours", "deliveries", "span_parts", "scores"),
    *("metrics", "metric_series"),
)
BODIES = {
    *("input", "output", "error_stack", "documents", "tool_arguments", "tool_result"),
    *("retrieval_query", "attributes", "attributes_overflow", "resource", "events"),
}
VALUES = {
    "project": "nobody",
    "trace_id": "0",
    "span_id": "0",
    "span_ids": ["0"],
    "max_bytes": 1,
    "from_ns": 1_700_000_000_000_000_000,
    "to_ns": 1_700_000_001_000_000_000,
    "before_ns": 1_699_999_999_000_000_000,
    "step_ns": 1_000_000_000,
    "limit": 1,
    "prefix": "",
    "terms": ["word"],
    "redrive": "redrive",
    "session_id": "",
    "name": "",
    "names": ["x"],
    "versions": ["1"],
    "experiment_ids": [],
    "environment": "",
    "source": "",
    "type": "",
    "score_ids": [],
    "trace_ids": ["0"],
    "after_ns": 1_700_000_001_000_000_000,
    "after_id": "",
    "shift_ns": 1_000_000_000,
    "raw_hours": [1_699_999_200],
    "raw_minutes": [1_699_999_200],
    "is_raw": False,
    "top": ["gpt-5"],
    "ranks": [0.5],
    "threads": 1,
    "dimension": "model",
    "latency_bounds": [0, 10],
    "token_bounds": [0, 10],
    "stored": 0,
    "minutes": [1_700_000_000],
    "behind_ns": 1_700_000_001_000_000_000,
    "behind_id": 0,
    "record_ids": [1],
    "record_id": 1,
    "time_ns": 1_700_000_000_000_000_000,
    "start_ns": 1_700_000_000_000_000_000,
    "since_ns": 1_700_000_000_000_000_000,
    "hour_ns": 1_699_999_200_000_000_000,
    "first": 0,
    "ranked": True,
    "series": [1],
    "groups": [0],
    "deltas": [0],
    "types": ["numeric"],
    "of_traces": True,
    "of_spans": True,
    "levels": False,
    "code": "",
    "model": "",
    "edges": [200_000],
    "label": "",
    "field": "input",
    "column": "input",
    "hash": "",
    "cleaned": 0,
    "key": "",
    "to": 1,
    "needles": ["word"],
    "everywhere": True,
    "said": ["input"],
    **{name: [] for name in ("by", "labels", "values", "negated")},
}
# Old versions are among what these give, and whoever reads on keeps the newest; or they only tell how far to read.
ALL_VERSIONS = (
    "reach",
    "spans_at",
    "spans_places",
    "traces_at",
    "traces_places",
    "trace_ids_by_span_near",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_a_statement_that_runs_as_it_is(engine: Engine, name: str) -> None:
    text = statement(SQL, name)

    rows = engine.query(text, {key: value for key, value in VALUES.items() if f"{{{key}:" in text})

    assert len(rows) <= 2


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("words", *ALL_VERSIONS)])
def test_every_table_is_read_for_one_project_and_without_old_versions(name: str) -> None:
    code = statement(SQL, name)

    tables = sum(code.count(f"from {table}") for table in (*VERSIONED, *ALIKE))
    assert tables >= 1
    assert code.count("project = {project:String}") == tables + len(ROLLED_UP.findall(code))
    final = rf"from ({'|'.join(VERSIONED)})( as \w+)? final"
    # Where to look may be told by old versions, too; what is found there is then read without them.
    places = code.count("select start_minute from spans where project = {project:String}")
    places += name == "trace_ids_by_span"  # how late its traces go on
    places += sum(code.count(f"from {table}") for table in ALIKE)
    places += tables if name in READ_ALIKE else 0
    assert len(re.findall(final, code)) == tables - places


@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_no_body(name: str) -> None:
    columns = statement(SQL, name).partition("from ")[0]

    words = set(columns.replace(",", " ").replace("/*value*/", "").split())
    assert words & BODIES == set()
    assert re.search(r"(select|,)\s+\*", columns) is None
