"""The spans of a trace as steps in reading order, with times from its start; web/src/model/tree.ts does the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from clearspan_server.model.tree import parents_of
from clearspan_server.store.engine import Row


@dataclass(slots=True, frozen=True, kw_only=True)
class Step:
    """What is needed of a span to suppose something of it; nanoseconds from the start of its trace.

    `pays` is whether its usage is part of the trace's totals; `cost` is None where nobody knows it.
    """

    span_id: str
    parent_id: str = ""
    name: str = ""
    kind: str = "other"
    status: str = "ok"
    start_ns: float
    end_ns: float | None  # None while it is open
    ttft_ns: float | None = None
    retry_of: str = ""
    tool_name: str = ""
    pays: bool = False
    cost: Decimal | None = None
    output_tokens: int | None = None


@dataclass(slots=True, frozen=True)
class Steps:
    """Parents before children, siblings by start; all lists have the same positions.

    `parents` are positions, -1 for a root; `ends` the first position after each subtree; `end_ns` when the last step
    ends, or the latest known moment while one is open.
    """

    steps: list[Step]
    parents: list[int]
    ends: list[int]
    end_ns: float

    def children(self, parent: int) -> Iterator[int]:
        """The positions below one, or of the roots below -1, in order of start."""
        last = len(self.steps) if parent < 0 else self.ends[parent]
        at = parent + 1
        while at < last:
            yield at
            at = self.ends[at]

    def until(self, at: int) -> float:
        """When a step ends; an open one lasts until the latest known moment."""
        end_ns = self.steps[at].end_ns
        return self.end_ns if end_ns is None else end_ns


def step_of(row: Row, trace_start_ns: int) -> Step:
    """The step of a row of spans, with times from its trace's start; what the row has not is not known."""
    end_ns = row["end_ns"]
    has_usage = row["input_tokens"] is not None or row["output_tokens"] is not None
    return Step(
        span_id=row["span_id"],
        parent_id=row["parent_id"],
        name=row["name"],
        kind=row["kind"],
        status=row["status"],
        start_ns=row["start_ns"] - trace_start_ns,
        end_ns=None if end_ns is None else end_ns - trace_start_ns,
        ttft_ns=row.get("ttft_ns"),
        retry_of=row["retry_of"],
        tool_name=row["tool_name"],
        pays=row["counted"] and has_usage,
        cost=row["total_cost"],
        output_tokens=row["output_tokens"],
    )


def ordered(steps: Sequence[Step]) -> Steps:
    """The steps of a trace, given in order of start."""
    above = parents_of([(one.span_id, one.parent_id) for one in steps])
    below: list[list[int]] = [[] for _ in steps]
    for place, parent in enumerate(above):
        if parent is not None:
            below[parent].append(place)
    order: list[int] = []
    for root in (place for place, parent in enumerate(above) if parent is None):
        stack = [root]
        while stack:
            order.append(stack.pop())
            stack.extend(reversed(below[order[-1]]))
    position = {place: at for at, place in enumerate(order)}
    parents = [-1 if (parent := above[place]) is None else position[parent] for place in order]
    return Steps(
        [steps[place] for place in order],
        parents,
        _ends(parents),
        max((one.start_ns if one.end_ns is None else one.end_ns for one in steps), default=0),
    )


def _ends(parents: list[int]) -> list[int]:
    """Backwards, each step hands the end of its subtree up."""
    ends = list(range(1, len(parents) + 1))
    for at in range(len(parents) - 1, -1, -1):
        if parents[at] >= 0:
            ends[parents[at]] = max(ends[parents[at]], ends[at])
    return ends
