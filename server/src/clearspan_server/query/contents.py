"""The bodies of several spans of a trace at once, for reading a trace as a conversation."""

from collections.abc import Sequence

from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

# Of one answer; a span's fields are cut at 1 MiB each when they are received.
MAX_BYTES = 8 * 1024 * 1024

_CONTENTS = statement(SQL, "trace_contents")


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
