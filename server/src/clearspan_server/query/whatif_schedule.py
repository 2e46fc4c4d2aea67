"""When each step of a trace would run if others took another time; web/src/model/whatIfSchedule.ts does the same.

What waited for what is not recorded; it is taken from the order of what was. A step waits for its siblings that had
ended when it began, and for the first token of those that were still writing; a parent ends after the children that
ended within it. What lies between is the parent's own work and stays.
"""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from clearspan_server.query.bottleneck import CLOCK_SLACK
from clearspan_server.query.steps import Step, Steps
from clearspan_server.query.whatif_plan import Plan


@dataclass(slots=True)
class Schedule:
    """Nanoseconds by position, from the trace's start; of several attempts those of the last.

    `lengths_ns` are of each attempt when nothing cuts it off, `leads_ns` from the start of the first attempt to that of
    the last, `firsts_ns` the time to the first token, NaN without one; `cuts_ns` when what runs above is cut off.
    """

    starts_ns: list[float]
    ends_ns: list[float]
    lengths_ns: list[float]
    leads_ns: list[float]
    firsts_ns: list[float]
    cuts_ns: list[float]
    begins: list[bool]


@dataclass(slots=True, frozen=True)
class _Moment:
    """A moment of a sibling: when it was, and from when on it is in the past."""

    by_ns: float
    at: int
    was_ns: float
    is_first_token: bool


class _Past:
    """The latest of what had come by a moment: when it was, and when it would be, counted from the parent's start."""

    def __init__(self, was_ns: float, moments: Sequence[_Moment] = ()) -> None:
        self.was_ns = was_ns
        self.is_ns = 0.0
        self._moments = deque(moments)

    def add(self, was_ns: float, is_ns: float) -> None:
        self.was_ns = max(self.was_ns, was_ns)
        self.is_ns = max(self.is_ns, is_ns)

    def until(self, ns: float, child: int) -> Iterator[_Moment]:
        """What comes until then; of siblings that begin and end at that moment, only what is of earlier ones."""
        while self._moments and (self._moments[0].by_ns, self._moments[0].at) < (ns, child):
            yield self._moments.popleft()


def schedule_of(tree: Steps, plan: Plan) -> Schedule:
    """The steps as they would run. In O(n log n), without recursion."""
    layout = _Layout(tree, plan)
    for at in range(len(tree.steps) - 1, -2, -1):
        layout.lay_out(at)
    return _placed(tree, plan, layout)


class _Layout:
    """Lengths, and where each first attempt begins, counted from the start of the step above."""

    def __init__(self, tree: Steps, plan: Plan) -> None:
        count = len(tree.steps)
        self.tree = tree
        self.plan = plan
        self.scales = _scales(tree, plan)
        self.lengths_ns = [0.0] * count
        self.leads_ns = [0.0] * count
        self.firsts_ns = [math.nan] * count
        self.slots_ns = [0.0] * count

    def lay_out(self, parent: int) -> None:
        """Place the children of a position, -1 for the trace itself, and tell how long it takes."""
        tree = self.tree
        start_ns = tree.steps[parent].start_ns if parent >= 0 else 0
        end_ns = tree.until(parent) if parent >= 0 else tree.end_ns
        scale = self.scales[parent] if parent >= 0 else 1
        children = list(tree.children(parent))
        past = _Past(start_ns, self._moments(children))
        late = [child for child in children if self._is_late(child, end_ns)]
        for child in sorted(set(children).difference(late)):
            self._place(child, past, scale)
        if parent < 0:
            return
        self._close(parent, children)
        if late:
            past.add(end_ns, self.lengths_ns[parent])
        for child in late:
            self._place(child, past, scale)

    def _place(self, child: int, past: _Past, scale: float) -> None:
        """Tell when the first attempt of a child begins."""
        was_ns = self.tree.steps[child].start_ns
        for moment in past.until(was_ns, child):
            past.add(moment.was_ns, self._comes_ns(moment))
        leader = self.plan.leaders.get(child)
        self.slots_ns[child] = (
            past.is_ns + (was_ns - past.was_ns) * scale
            if leader is None
            else self._beside_ns(child, leader, scale)
        )

    def _moments(self, children: Sequence[int]) -> list[_Moment]:
        found: list[_Moment] = []
        for at in children:
            step, end_ns = self.tree.steps[at], self.tree.until(at)
            found.append(_Moment(end_ns - self._slack_ns(at), at, end_ns, is_first_token=False))
            if step.ttft_ns is not None:
                first_ns = min(step.start_ns + step.ttft_ns, end_ns)
                found.append(_Moment(first_ns, at, first_ns, is_first_token=True))
        return sorted(found, key=attrgetter("by_ns", "at"))

    def _is_late(self, child: int, end_ns: float) -> bool:
        """Whether it began after its parent, which ended then."""
        return self.tree.steps[child].start_ns >= end_ns and not self._is_awaited(child, end_ns)

    def _slack_ns(self, at: int) -> float:
        return (self.tree.until(at) - self.tree.steps[at].start_ns) * CLOCK_SLACK

    def _is_awaited(self, child: int, end_ns: float) -> bool:
        """Whether its parent, which ended then, waited for it."""
        return self.tree.until(child) <= end_ns + self._slack_ns(child)

    def _comes_ns(self, moment: _Moment) -> float:
        """When a moment of a sibling would be, counted from its parent's start."""
        at, first_ns = moment.at, self.firsts_ns[moment.at]
        if not moment.is_first_token or math.isnan(first_ns):
            return self._over_ns(at)
        return self.slots_ns[at] + self.leads_ns[at] + first_ns

    def _over_ns(self, at: int) -> float:
        """When a step would end, counted from its parent's start."""
        return self.slots_ns[at] + self.leads_ns[at] + self.lengths_ns[at]

    def _beside_ns(self, child: int, leader: int, scale: float) -> float:
        """With its leader; an attempt after the one before it, as long a pause later as it was."""
        step = self.tree.steps[child]
        before = self._attempt_before(child, leader) if step.retry_of else None
        if before is None:
            return self.slots_ns[leader]
        pause_ns = max(step.start_ns - self.tree.until(before), 0) * scale
        return self._over_ns(before) + pause_ns

    def _attempt_before(self, child: int, leader: int) -> int | None:
        """The latest sibling, from the leader on, of whose call this is another attempt."""
        first = self.tree.steps[child].retry_of
        found = None
        at = leader
        while at < child:
            step = self.tree.steps[at]
            if first in (step.span_id, step.retry_of):
                found = at
            at = self.tree.ends[at]
        return found

    def _close(self, parent: int, children: list[int]) -> None:
        """Tell how long a step takes, whose awaited children have their places."""
        tree, plan = self.tree, self.plan
        step, end_ns = tree.steps[parent], tree.until(parent)
        past = _Past(step.start_ns)
        for child in children:
            if self._is_awaited(child, end_ns):
                past.add(tree.until(child), self._over_ns(child))
        scale = self.scales[parent]
        limit_ns = plan.limits_ns[parent]
        length_ns = max(past.is_ns + (end_ns - past.was_ns) * scale, 0)
        if not math.isnan(limit_ns):
            length_ns = limit_ns
        pauses = plan.pauses.get(parent, [])
        if parent in plan.removed:
            length_ns, pauses = 0, []
        self.lengths_ns[parent] = length_ns
        self.leads_ns[parent] = sum(length_ns + pause_ns for pause_ns in pauses)
        first_ns = _first_ns(step, plan.first_shares.get(parent, math.nan), scale)
        self.firsts_ns[parent] = first_ns if first_ns < length_ns else math.nan


def _first_ns(step: Step, share: float | None, scale: float) -> float:
    """The time to the first token; `share` is NaN where the call is on the model that it was on."""
    if step.ttft_ns is None or share is None:
        return math.nan
    if math.isnan(share):
        return step.ttft_ns * scale
    return share * ((step.end_ns or step.start_ns) - step.start_ns) * scale


def _scales(tree: Steps, plan: Plan) -> list[float]:
    """How many times as long the own work of each step takes, with what is supposed of the steps above."""
    scales: list[float] = []
    for at, above in enumerate(tree.parents):
        scales.append(plan.factors[at] * (scales[above] if above >= 0 else 1))
    return scales


def _placed(tree: Steps, plan: Plan, layout: _Layout) -> Schedule:
    """From the roots down: moments of the trace, and what is cut off with the step above."""
    found = Schedule([], [], layout.lengths_ns, layout.leads_ns, layout.firsts_ns, [], [])
    within_ns: list[float] = []  # when what is within a step is cut off
    for at, above in enumerate(tree.parents):
        is_above = above < 0 or found.begins[above]
        above_ns = found.starts_ns[above] if above >= 0 else 0
        cut_ns = within_ns[above] if above >= 0 else math.inf
        cut_ns = cut_ns if is_above else -math.inf
        begins_ns = above_ns + layout.slots_ns[at] + layout.leads_ns[at]
        ends_ns = min(begins_ns + layout.lengths_ns[at], cut_ns)
        found.starts_ns.append(begins_ns)
        found.ends_ns.append(ends_ns)
        found.cuts_ns.append(cut_ns)
        within_ns.append(cut_ns if math.isnan(plan.limits_ns[at]) else ends_ns)
        found.begins.append(is_above and at not in plan.removed and begins_ns < cut_ns)
    return found
