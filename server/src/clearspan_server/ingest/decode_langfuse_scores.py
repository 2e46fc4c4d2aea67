"""Scores as Langfuse's clients write them, one by one or as a list; a bad one leaves its neighbours alone.

Source: langfuse `packages/shared/src/features/scores`. Ids are of any form, and those of traces and spans stand for
what `decode_langfuse` makes of them.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from clearspan_server.errors import BadInput
from clearspan_server.ingest.coerce import to_json
from clearspan_server.ingest.decode_scores import bounded, judged
from clearspan_server.ingest.draft import Decoded, Rejected
from clearspan_server.ingest.tolerant_json import read_json
from clearspan_server.ingest.wire_ids import shown
from clearspan_server.model.langfuse_ids import MAX_ID_CHARS, root_id, span_id, trace_id
from clearspan_server.model.score import Score

MAX_METADATA_CHARS = 10_000

_TYPES = {
    "NUMERIC": "numeric",
    "CATEGORICAL": "category",
    "BOOLEAN": "boolean",
    "TEXT": "text",
    "CORRECTION": "text",
}
_SOURCES = {"API": "api", "ANNOTATION": "ui", "EVAL": "evaluator"}


def decode_langfuse_scores(body: bytes, project: str) -> Decoded:
    """The scores of a request; `taken` are their ids, and `rejected` those that cannot be.

    Raises:
        BadInput: the body is no JSON.
        TooLarge: it has too many scores.
    """
    decoded = Decoded()
    for number, one in enumerate(bounded(read_json(body))):
        try:
            score = langfuse_score(one, project)
        except BadInput as error:
            decoded.rejected.append(Rejected(f"score {number}: {error.message}", "unreadable"))
            continue
        decoded.scores.append(score)
        decoded.taken.append(score.score_id)
    return decoded


def langfuse_score(body: object, project: str) -> Score:
    """The score of a body.

    Raises:
        BadInput: it cannot be taken.
    """
    if not isinstance(body, dict):
        raise BadInput(f"a score is an object, not {shown(str(body))}")
    own_id = _id(body, "id")
    of_trace, of_span = _id(body, "traceId"), _id(body, "observationId")
    experiment = _id(body, "datasetRunId")
    plain = {name: body.get(name) for name in ("name", "value", "comment")}
    plain["type"] = _word(body, "dataType", _TYPES)
    plain["source"] = _word(body, "source", _SOURCES)
    plain["session_id"] = body.get("sessionId")
    plain["trace_id"] = trace_id(of_trace) if of_trace else None
    plain["span_id"] = span_id(of_span) if of_span else None
    if plain["type"] == "category" and isinstance(plain["value"], bool | int | float):
        plain["value"] = str(plain["value"])
    score = judged(plain, project)
    if score.span_id == root_id(of_trace):
        score.span_id = ""  # what stands for the trace is the trace
    score.score_id = own_id or secrets.token_hex(16)
    score.experiment_id = experiment
    score.environment = _short(body, "environment", 100)
    score.metadata = _metadata(body)
    if not (score.trace_id or score.session_id or experiment):
        raise BadInput("traceId, sessionId and datasetRunId are missing: what is judged?")
    return score


def _id(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_CHARS:
        raise BadInput(
            f"{name} {shown(str(value))} is not a text of 1 to {MAX_ID_CHARS} characters"
        )
    return value


def _short(body: Mapping[str, Any], name: str, most_chars: int) -> str:
    value = body.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > most_chars):
        raise BadInput(
            f"{name} {shown(str(value))} is not a text of at most {most_chars} characters"
        )
    return value or ""


def _word(body: Mapping[str, Any], name: str, words: Mapping[str, str]) -> str | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or value not in words:
        raise BadInput(f"{name} {shown(str(value))} is not one of {', '.join(words)}")
    return words[value]


def _metadata(body: Mapping[str, Any]) -> str:
    value = body.get("metadata")
    text = "" if value is None else to_json(value)
    if len(text) > MAX_METADATA_CHARS:
        raise BadInput(
            f"metadata has {len(text)} characters; at most {MAX_METADATA_CHARS} are kept"
        )
    return text
