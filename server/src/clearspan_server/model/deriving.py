"""How deriving goes: written by the job that brings lists up to date, read by health and metrics."""

from dataclasses import dataclass


@dataclass(slots=True)
class Deriving:
    """Traces that could not be derived since the start, and why the last round failed; "" when it did not."""

    left_out: int = 0
    trouble: str = ""
