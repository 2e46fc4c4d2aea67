"""Finds code that was copied: runs of equal lines, whatever their indentation."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tree import shown

# Six equal lines in a row are a copy; fewer are the grammar of the language.
WINDOW_LINES = 6
WORST_SHOWN = 8

TS_IMPORT = re.compile(r"^import\b[^;]*;", re.MULTILINE)
COMMENTS = ("#", "//", "/*", "*", "--")


@dataclass(slots=True)
class Repetition:
    """How much of the code repeats other code, with the worst places as sentences."""

    share: float = 0.0
    worst: list[str] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class Line:
    """A line of code without its indentation, and where it stands."""

    path: Path
    number: int
    text: str


def code_lines(path: Path, source: str) -> list[Line]:
    """What is left without imports, comments, and lines of mere punctuation."""
    skipped = _import_lines(path, source)
    lines = []
    for number, raw in enumerate(source.splitlines(), start=1):
        text = " ".join(raw.split())
        if number not in skipped and not text.startswith(COMMENTS) and re.search(r"\w", text):
            lines.append(Line(path, number, text))
    return lines


def repetition(sources: dict[Path, str]) -> Repetition:
    """The share of lines that stand in a run found before, in any file.

    Args:
        sources: text by path.
    """
    first_seen: dict[tuple[str, ...], Line] = {}
    copies: defaultdict[tuple[Path, Path], dict[int, int]] = defaultdict(dict)
    repeated: set[tuple[Path, int]] = set()
    total = 0
    for path, source in sources.items():
        lines = code_lines(path, source)
        total += len(lines)
        for start in range(len(lines) - WINDOW_LINES + 1):
            window = lines[start : start + WINDOW_LINES]
            original = first_seen.setdefault(tuple(line.text for line in window), window[0])
            if original is not window[0]:
                repeated.update((path, line.number) for line in window)
                copies[path, original.path][window[0].number] = original.number
    return Repetition(len(repeated) / max(total, 1), _worst(copies))


def _worst(copies: dict[tuple[Path, Path], dict[int, int]]) -> list[str]:
    by_size = sorted(copies.items(), key=lambda item: -len(item[1]))[:WORST_SHOWN]
    return [
        f"  {shown(path)}:{min(starts)} repeats {shown(original)}:{starts[min(starts)]}"
        f" ({len(starts) + WINDOW_LINES - 1} lines)"
        for (path, original), starts in by_size
    ]


def _import_lines(path: Path, source: str) -> set[int]:
    if path.suffix == ".py":
        return {
            number
            for node in ast.walk(ast.parse(source))
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
    skipped: set[int] = set()
    if path.suffix in {".ts", ".tsx"}:
        for found in TS_IMPORT.finditer(source):
            first = source.count("\n", 0, found.start()) + 1
            skipped.update(range(first, first + found[0].count("\n") + 1))
    return skipped
