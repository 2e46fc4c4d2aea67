"""An answer that is told among spans: which trace, or span of it, answered an example of a dataset in an experiment."""

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class ToldAnswer:
    """All ids as the sender has them; `event` names what told it."""

    event: str
    experiment_id: str
    item_id: str
    trace_id: str
    span_id: str
