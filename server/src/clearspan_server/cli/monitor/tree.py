"""The spans of a trace as they are drawn: from the columns of its outline, as a tree of which parts can be folded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clearspan_server.cli.waterfall import Branch, branches

Row = dict[str, Any]


@dataclass(slots=True)
class Tree:
    """All branches in the order of a walk, until when the last of them ran, and which are folded."""

    branches: list[Branch]
    lasts_ns: int
    folded: set[str] = field(default_factory=set)

    def shown(self) -> list[Branch]:
        """The branches that nothing folded hides."""
        found: list[Branch] = []
        hidden = 0
        for branch in self.branches:
            if hidden:
                hidden -= 1
                continue
            found.append(branch)
            hidden = branch.below if branch.span["span_id"] in self.folded else 0
        return found


def tree_of(spans: list[Row]) -> Tree:
    """The tree of spans in order of start."""
    ends = (span["start_offset_ns"] + (span["duration_ns"] or 0) for span in spans)
    return Tree(branches(spans), max(ends, default=0))


def spans_of(columns: Mapping[str, Any]) -> list[Row]:
    """The rows of columns in which values that repeat are said once."""
    count = len(columns["span_id"])
    listed = {name: _values(column, count) for name, column in columns.items()}
    names = list(listed)
    return [dict(zip(names, row, strict=True)) for row in zip(*listed.values(), strict=True)]


def _values(column: Any, count: int) -> list[Any]:  # noqa: ANN401 - foreign JSON
    if isinstance(column, list):
        return column
    values, codes = column["values"], column["codes"]
    return [values[code] for code in codes] if codes else values * count
