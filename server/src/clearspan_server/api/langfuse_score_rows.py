"""Scores as Langfuse's clients read them, in the forms of the second and the third version of the API."""

from clearspan_server.api.langfuse_rows import ENVIRONMENT, Names
from clearspan_server.api.langfuse_shapes import Shape, moment_ns
from clearspan_server.api.messages import parsed
from clearspan_server.store.engine import Row

DATA_TYPES = {
    "numeric": "NUMERIC",
    "category": "CATEGORICAL",
    "boolean": "BOOLEAN",
    "text": "TEXT",
}
SOURCES = {"api": "API", "sdk": "API", "ui": "ANNOTATION", "evaluator": "EVAL"}


def score_row(row: Row, names: Names, project: str) -> Shape:
    """A score whose number stands in `value`, and whose words in `stringValue`."""
    number = row["value"]
    return {
        **_shared(row, project),
        "traceId": names.trace(row["trace_id"]) if row["trace_id"] else None,
        "observationId": _observation(row, names),
        "sessionId": row["session_id"] or None,
        "datasetRunId": row["experiment_id"] or None,
        "value": 0 if number is None else number,
        "stringValue": str(bool(number)) if row["type"] == "boolean" else row["text"] or None,
    }


def score_row_v3(row: Row, names: Names, project: str) -> Shape:
    """A score whose value has the type of its kind, and whose subject is one object."""
    number = row["value"]
    value = row["text"] if number is None else bool(number) if row["type"] == "boolean" else number
    return {**_shared(row, project), "value": value, "subject": _subject(row, names)}


def _shared(row: Row, project: str) -> Shape:
    created = moment_ns(row["created_ns"])
    metadata = parsed(row["metadata"]) if row["metadata"] else {}
    return {
        "id": row["score_id"],
        "projectId": project,
        "name": row["name"],
        "dataType": DATA_TYPES[row["type"]],
        "source": SOURCES[row["source"]],
        "environment": row["environment"] or ENVIRONMENT,
        "timestamp": created,
        "createdAt": created,
        "updatedAt": created,
        "authorUserId": row["author"] or None,
        "comment": row["comment"] or None,
        "metadata": metadata if isinstance(metadata, dict) else {"metadata": metadata},
        "configId": None,
        "queueId": None,
    }


def _subject(row: Row, names: Names) -> Shape:
    trace_id = names.trace(row["trace_id"]) if row["trace_id"] else ""
    if row["span_id"]:
        return {"kind": "observation", "id": _observation(row, names), "traceId": trace_id}
    if trace_id:
        return {"kind": "trace", "id": trace_id}
    if row["session_id"]:
        return {"kind": "session", "id": row["session_id"]}
    return {"kind": "experiment", "id": row["experiment_id"]}


def _observation(row: Row, names: Names) -> str | None:
    return names.span(row["trace_id"], row["span_id"]) if row["span_id"] else None
