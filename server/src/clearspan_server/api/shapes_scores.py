"""The JSON of scores, comments and bookmarks."""

from typing import Literal

from pydantic import Field

from clearspan_server.api.shapes import Shape
from clearspan_server.model.score import ScoreSource, ScoreType

Judgement = float | bool | str


class ScoreRow(Shape):
    """One judgement of a trace, a span or a session; ids and words that are not known are ""."""

    id: str
    trace_id: str
    span_id: str
    session_id: str
    name: str
    type: ScoreType
    value: Judgement
    source: ScoreSource
    author: str
    comment: str
    created: str


class ScoreList(Shape):
    """A page of scores, newest first."""

    scores: list[ScoreRow]
    next_cursor: str | None


class ScoreName(Shape):
    """What is judged; `average` is of numbers, and of yes (1) and no (0), null of words."""

    name: str
    type: ScoreType
    count: int
    average: float | None
    last: str


class ScoreNames(Shape):
    """Most used first."""

    names: list[ScoreName]


class ScoreRequest(Shape):
    """One score as it is sent; ingest/decode_scores.py reads it.

    A score of the same id replaces it. Without a type the value says it: a number is numeric, true or false boolean,
    up to 200 characters a category, more a text.
    """

    id: str = Field(default="", pattern="^[A-Za-z0-9._:-]{0,100}$", examples=["ticket-7:helpful"])
    name: str = Field(min_length=1, max_length=200, examples=["helpful"])
    value: Judgement = Field(examples=[0.9])
    type: Literal["numeric", "category", "boolean", "text"] | None = None
    trace_id: str = Field(default="", max_length=32, examples=["4bf92f3577b34da6a3ce929d0e0e4736"])
    span_id: str = Field(default="", max_length=16, description="Of a span of that trace.")
    session_id: str = Field(default="", max_length=1_000)
    comment: str = Field(default="", max_length=10_000, examples=["cites its source"])
    source: Literal["api", "sdk", "ui", "evaluator"] = "api"
    author: str = Field(default="", max_length=200, description="Without it the name of the key.")


class ScoresTaken(Shape):
    """The ids under which the scores are kept, in the order in which they came."""

    ids: list[str]


class CommentRequest(Shape):
    """A comment as it is written."""

    text: str = Field(min_length=1, max_length=10_000, examples=["The refund rule is from 2024."])


class CommentRow(Shape):
    """A comment on a trace; its text is plain text and is shown as that."""

    id: str
    trace_id: str
    author: str
    text: str
    created: str


class CommentList(Shape):
    """The comments on a trace, oldest first."""

    comments: list[CommentRow]
