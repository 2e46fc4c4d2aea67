"""A score: one judgement, of a trace, span, session or experiment; `store/schema/scores*.sql` hold its columns."""

from dataclasses import dataclass
from typing import Literal

ScoreType = Literal["numeric", "category", "boolean", "text"]
ScoreSource = Literal["api", "sdk", "ui", "evaluator"]
Judgement = float | bool | str

# Where a line of OTLP that was exported has the scores of its trace: a name that no reader of OTLP knows.
BESIDE_TRACES = "clearspanScores"


@dataclass(slots=True, kw_only=True)
class Score:
    """What was judged, how, by whom. Text that is not known is empty; times are integer nanoseconds since the epoch.

    A later version under the same id replaces an earlier one; one that `is_deleted` takes it away.
    """

    project: str
    score_id: str
    trace_id: str = ""
    span_id: str = ""  # within that trace
    session_id: str = ""
    name: str = ""
    type: ScoreType = "numeric"
    value: float | None = None  # of numeric and boolean (1 and 0)
    text: str = ""  # of category and text
    source: ScoreSource = "api"
    author: str = ""
    comment: str = ""
    environment: str = ""
    metadata: str = ""  # JSON, as the sender knows it
    experiment_id: str = ""  # the pass over a dataset that is judged as a whole
    created_ns: int = 0  # when this version was received
    version: int = 0
    is_deleted: int = 0


def judgement(kind: str, value: float | None, text: str) -> Judgement:
    """What a score says, in the type of its kind."""
    if value is None:
        return text
    return bool(value) if kind == "boolean" else value
