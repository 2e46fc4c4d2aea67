"""Scores: judgements about traces, spans and sessions, sent by the delivery thread."""

from __future__ import annotations

import math

from clearspan.capture import mode, plain
from clearspan.errors import report, warn_once
from clearspan.recorder import send_score
from clearspan.score_queue import Score
from clearspan.tracer import here


def score(
    name: str,
    value: float | bool | str,  # noqa: FBT001  # a judgement may be one
    *,
    trace_id: str | None = None,
    span_id: str | None = None,
    session: str | None = None,
    comment: str = "",
) -> None:
    """Judges a trace, span or session; sent in the background.

    Args:
        name: what is judged.
        value: a number, yes or no, or a word.
        trace_id: unless this, a span or a session is given, the current trace and span.
        span_id: within that trace.
        session: a whole session.
        comment: why.

    Example:
        >>> import clearspan
        >>> with clearspan.span("answer"):
        ...     clearspan.score("helpful", 0.9, comment="cites its source")
    """
    try:
        target: Score = {"trace_id": trace_id, "span_id": span_id, "session_id": session}
        if not any(target.values()):
            place = here()
            target = {"trace_id": place.trace_id, "span_id": place.span_id}
        if not any(target.values()):
            warn_once("score", "a score outside of a trace needs a trace_id or a session")
            return
        judgement = plain(value).value
        if isinstance(judgement, float) and not math.isfinite(judgement):
            judgement = str(judgement)  # JSON has no word for it
        said = str(comment) if mode.content else ""
        facts = {"name": str(name), "value": judgement, **target, "comment": said, "source": "sdk"}
        send_score({key: fact for key, fact in facts.items() if fact not in {None, ""}})
    except Exception as error:  # noqa: BLE001  # the funnel
        report(error, "scoring")
