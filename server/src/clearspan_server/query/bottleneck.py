"""What a trace was waiting for, moment by moment, and what of it took most; web/src/model does the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from clearspan_server.query.steps import Step, Steps

CLOCK_SLACK = 0.01
"""Siblings may overlap by this share of the earlier one and still be one after the other."""

_NOUNS: Mapping[str, str] = {
    "tool": "tool ",
    "retriever": "retrieval ",
    "reranker": "reranking ",
    "embedding": "embedding ",
    "guardrail": "guardrail ",
}


class Segment(NamedTuple):
    """A stretch of time in which a step itself, none of its children, was waited for."""

    at: int
    start_ns: float
    end_ns: float


@dataclass(slots=True, frozen=True)
class Bottleneck:
    """What took most of a trace's time, of what was waited for; `spans` is how many of this name were."""

    name: str
    ns: float
    share: float
    spans: int


def critical_path(tree: Steps) -> list[Segment]:
    """From the end back: the child that ended last was waited for, then the one that had ended by its start, and so on.

    What no child covers is the step's own. Of each step the segments come in order of time.
    """
    path: list[Segment] = []
    stack = [Segment(-1, 0, tree.end_ns)]
    while stack:
        window = stack.pop()
        own = _own(tree, window, stack)
        if window.at >= 0:
            path += reversed(own)
    return path


def _own(tree: Steps, window: Segment, found: list[Segment]) -> list[Segment]:
    own: list[Segment] = []
    cursor = window.end_ns
    for child in _last_first(tree, window):
        if cursor <= window.start_ns:
            break
        slack = (child.end_ns - child.start_ns) * CLOCK_SLACK
        if child.end_ns > cursor + slack or child.start_ns >= cursor:
            continue
        end_ns = min(child.end_ns, cursor)
        if cursor > end_ns:
            own.append(Segment(window.at, end_ns, cursor))
        cursor = max(child.start_ns, window.start_ns)
        found.append(Segment(child.at, cursor, end_ns))
    if cursor > window.start_ns:
        own.append(Segment(window.at, window.start_ns, cursor))
    return own


def _last_first(tree: Steps, window: Segment) -> list[Segment]:
    children = (
        Segment(at, tree.steps[at].start_ns, min(tree.until(at), window.end_ns))
        for at in tree.children(window.at)
    )
    return sorted(
        (child for child in children if child.end_ns > child.start_ns),
        key=lambda child: (-child.end_ns, -child.start_ns),
    )


@dataclass(slots=True)
class _Stretch:
    """Time of steps of one kind and name, of retries of them, or of nothing at all."""

    name: str
    ns: float = 0
    positions: set[int] = field(default_factory=set)


def bottleneck(tree: Steps, path: list[Segment]) -> Bottleneck | None:
    """The largest stretch of the critical path; None for a trace without any duration.

    Attempts that failed, and the pauses after them, are retries.
    """
    last_of = _last_attempts(tree)
    pauses = {(tree.parents[last], tree.until(at)): tree.steps[at] for at, last in last_of.items()}
    stretches: dict[tuple[str, str], _Stretch] = {}
    for segment in path:
        step = tree.steps[segment.at]
        ns = segment.end_ns - segment.start_ns
        attempt = step if segment.at in last_of else pauses.get((segment.at, segment.start_ns))
        if ns > 0 and attempt is not None:
            retried = _Stretch(f"retries of {named(attempt)}")
            stretches.setdefault(("retry", attempt.name), retried).ns += ns
        elif ns > 0:
            stretch = stretches.setdefault((step.kind, step.name), _Stretch(named(step)))
            stretch.ns += ns
            stretch.positions.add(segment.at)
    idle_ns = tree.end_ns - sum(end_ns - start_ns for _, start_ns, end_ns in path)
    if idle_ns >= tree.end_ns * 1e-6 > 0:  # what is left of rounding is nothing
        stretches["", ""] = _Stretch("between spans, with nothing recorded", idle_ns)
    largest = max(stretches.values(), key=lambda one: one.ns, default=None)
    if largest is None or tree.end_ns == 0:
        return None
    return Bottleneck(largest.name, largest.ns, largest.ns / tree.end_ns, len(largest.positions))


def named(step: Step) -> str:
    """What a step is called in a sentence: `tool search`, `chat gpt-4o`."""
    name = step.tool_name if step.kind == "tool" and step.tool_name else step.name
    return f"{_NOUNS.get(step.kind, '')}{name if name.strip() else step.span_id[:8]}"


def _last_attempts(tree: Steps) -> dict[int, int]:
    """The last attempt of each earlier one, among siblings."""
    position = {step.span_id: at for at, step in enumerate(tree.steps)}
    groups: dict[int, list[int]] = {}
    for at, step in enumerate(tree.steps):
        first = at
        for earlier in _attempts_before(tree, position, step):
            first = earlier
        if first != at and tree.parents[first] == tree.parents[at]:
            groups.setdefault(first, [first]).append(at)
    return {
        at: max(attempts) for attempts in groups.values() for at in attempts if at != max(attempts)
    }


def _attempts_before(tree: Steps, position: Mapping[str, int], step: Step) -> Iterator[int]:
    """The attempts that lead to this one; bounded by those seen, since a chain of ids from outside may be a ring."""
    seen = {step.span_id}
    before = position.get(step.retry_of)
    while before is not None and tree.steps[before].span_id not in seen:
        seen.add(tree.steps[before].span_id)
        yield before
        before = position.get(tree.steps[before].retry_of)
