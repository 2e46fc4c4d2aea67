"""The engine's migrations: numbered, each one recorded once it has run whole; a broken one runs again."""

from collections.abc import Sequence
from dataclasses import dataclass

from clearspan_server.errors import StartRefused
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_RECORD = """
create table if not exists schema_migrations
(
    number     UInt32,
    name       String,
    applied_at DateTime64(3, 'UTC') default now64(3)
)
engine = ReplacingMergeTree order by number
"""


@dataclass(slots=True, frozen=True)
class Migration:
    """One step; its statements may run twice without harm."""

    number: int
    name: str
    statements: tuple[str, ...]  # files of store/schema


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "spans", ("spans",)),
    Migration(2, "traces", ("traces",)),
    Migration(3, "parts of spans", ("spans_parts_columns", "span_parts")),
    Migration(4, "states of traces", ("traces_state",)),
    Migration(5, "response ids", ("responses",)),
    Migration(6, "ledger", ("deliveries",)),
    Migration(7, "logs and metrics", ("logs", "metrics")),
    Migration(8, "roll-ups by the hour", ("rollups", "rollup_hours")),
    Migration(9, "fewer files, fewer merges", ("spans_parts_on_disk",)),
    Migration(10, "what tells calls and prices apart", ("spans_service_tier", "spans_call_key")),
    Migration(
        11,
        "figures of calls by the hour, weights of traces",
        ("rollups_calls", "rollup_hours_layout", "traces_weight"),
    ),
    Migration(12, "fingerprints of failures", ("spans_fingerprint",)),
    Migration(13, "scores", ("scores",)),
    Migration(14, "words by their parts", ("spans_words", "spans_words_stored")),
    Migration(15, "what the spans of a trace are", ("traces_told",)),
    Migration(
        16,
        "one dimension at a time by the hour",
        ("rollup_spans", "rollup_traces", "rollups_narrowed"),
    ),
    Migration(17, "hours of before there were roll-ups", ("rollup_hours_unknown",)),
    Migration(22, "what is being removed", ("doomed", "doomed_rows")),
    # The views come before what they add to, so that nothing that is inserted meanwhile is left out.
    Migration(
        25,
        "series of metrics, and their readings by the hour",
        (
            *("metric_series", "metric_series_fed", "metric_series_stored"),
            *("metric_hours", "metric_hours_fed", "metric_hours_stored"),
        ),
    ),
    Migration(27, "logs by their words", ("logs_searched", "logs_searched_stored")),
    Migration(29, "what scores say beside the judgement", ("scores_more",)),
    Migration(31, "what a rescan has replaced", ("rescanned",)),
    Migration(32, "what has moved into cold storage", ("cold_rows",)),
    Migration(33, "types of observations", ("spans_observation", "spans_observation_stored")),
    Migration(
        35,
        "what lists show, in one column",
        ("traces_shown", "traces_shown_stored", "spans_shown", "spans_shown_stored"),
    ),
    Migration(
        36,
        "quicker to unpack",
        (
            *("spans_codecs", "traces_codecs", "metrics_codecs"),
            *("rollup_spans_codecs", "rollup_traces_codecs"),
        ),
    ),
    Migration(37, "long texts", ("long_texts",)),
)


def pending(engine: Engine) -> list[Migration]:
    """The migrations that have not run yet, in order: the dry run.

    Raises:
        StartRefused: a newer version has migrated it; of its tables this one may not even know what is erased.
    """
    engine.command(_RECORD)
    done = {row["number"] for row in engine.query("select number from schema_migrations")}
    unknown = done - {migration.number for migration in MIGRATIONS}
    if unknown:
        raise StartRefused(
            f"the data folder is one of a newer clearspan (migration {max(unknown)}); start that one"
        )
    return [migration for migration in MIGRATIONS if migration.number not in done]


def migrate(engine: Engine) -> list[Migration]:
    """Run what is pending and record each step, of a new folder all at once; gives what was run."""
    steps = pending(engine)
    is_new = len(steps) == len(MIGRATIONS)
    for migration in steps:
        for name in migration.statements:
            engine.command(statement("clearspan_server.store.schema", name))
        if not is_new:
            _record(engine, [migration])
    if is_new:
        _record(engine, steps)
    return steps


def _record(engine: Engine, steps: Sequence[Migration]) -> None:
    rows = [[step.number, step.name] for step in steps]
    engine.insert_rows("schema_migrations", ["number", "name"], rows)
