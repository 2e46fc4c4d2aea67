"""When and where something was measured, and its table, for the page that tells it."""

import platform
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from tree import ROOT


def where() -> str:
    """Day, machine, versions of the languages, and commit, in a line."""
    node = _said("node", "--version").removeprefix("v")
    return ", ".join(
        (
            f"{datetime.now(UTC):%Y-%m-%d}",
            f"{platform.system()} {platform.machine()}",
            f"Python {platform.python_version()}",
            f"Node {node or 'unknown'}",
            f"commit {_said('git', 'rev-parse', '--short', 'HEAD') or 'unknown'}",
        )
    )


def table_lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table in Markdown."""
    yield from (f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _said(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
