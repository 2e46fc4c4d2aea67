"""The bodies of several spans of a trace at once, for reading a trace as a conversation; and which hold some words."""

from collections.abc import Sequence

import orjson

from clearspan_server.model.long_text import SAID
from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

# Of one answer; a span's fields are cut at 1 MiB each when they are received.
MAX_BYTES = 8 * 1024 * 1024

MAX_MATCHES = 100_000  # spans of one answer: as many as a trace is shown with
_CONTENTS = statement(SQL, "trace_contents")
_MATCHES = statement(SQL, "trace_matches")


def read_contents(
    engine: Engine, project: str, trace_id: str, span_ids: Sequence[str]
) -> list[Row]:
    """The bodies of these spans in order of start: the first that is there, and as many as fit into `MAX_BYTES`.

    Spans that the trace has not in this project are left out.
    """
    values = {
        "project": project,
        "trace_id": trace_id,
        "span_ids": list(span_ids),
        "max_bytes": MAX_BYTES,
    }
    return engine.query(_CONTENTS, values)


def find_in_contents(
    engine: Engine, project: str, trace_id: str, words: str, *, everywhere: bool
) -> list[str]:
    """The spans of a trace of which a text holds the words as they are, in any case; in order of start.

    Everywhere, or in what was said alone. All of each text is looked through, however long it is; in JSON the words may
    stand with its escapes.
    """
    escaped = orjson.dumps(words).decode()[1:-1]
    values = {
        "project": project,
        "trace_id": trace_id,
        "needles": list(dict.fromkeys((words, escaped))),
        "everywhere": everywhere,
        "said": list(SAID),
        "limit": MAX_MATCHES,
    }
    return [str(row["span_id"]) for row in engine.query(_MATCHES, values)]
