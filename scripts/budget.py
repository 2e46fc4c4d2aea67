"""Measures the code against its size budget: files, functions, components, repetition.

Complexity and argument counts have their bounds in ruff.toml. There is no list of exceptions.
"""

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from duplication import repetition
from tree import is_generated, shown, tracked

MAX_FILE_LINES = {".py": 500, ".ts": 500, ".tsx": 400, ".css": 500, ".sql": 500, ".sh": 500}
MAX_FUNCTION_LINES = 60
MAX_MEDIAN_FUNCTION_LINES = 10
MAX_COMPONENT_LINES = 120
MAX_NESTING = 3
MAX_REPEATED_SHARE = 0.03

# What branches or repeats; `with` does neither.
BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.Try, ast.Match)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPONENT = re.compile(r"(?:export )?(?:default )?(?:function|const) ([A-Z]\w*)\b.*[({]$")


@dataclass(slots=True)
class Size:
    """How long one function or component is, and how deep its blocks nest."""

    where: str
    name: str
    lines: int
    nesting: int = 0


def nesting(node: ast.AST) -> int:
    """The deepest stack of blocks below ``node``; an ``elif`` continues its ``if``."""
    deepest = 0
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, FUNCTIONS):
                continue
            is_elif = field == "orelse" and isinstance(child, ast.If) and len(value) == 1
            opens = isinstance(child, BLOCKS) and not (is_elif and isinstance(node, ast.If))
            deepest = max(deepest, nesting(child) + opens)
    return deepest


def functions(source: str, where: str) -> Iterator[Size]:
    """Every function of a Python file, nested ones too, decorators not counted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, FUNCTIONS):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Size(f"{where}:{node.lineno}", node.name, lines, nesting(node))


def components(source: str, where: str) -> Iterator[Size]:
    """Top-level components of a formatted TSX file: from the name to the brace in column 0."""
    start, name = 0, ""
    for number, line in enumerate(source.splitlines(), start=1):
        found = COMPONENT.match(line)
        if found and not name:
            start, name = number, found[1]
        elif name and line.startswith(("}", ")")) and not line.rstrip().endswith(("{", "(")):
            yield Size(f"{where}:{start}", name, number - start + 1)
            name = ""


def file_faults(sources: dict[Path, str]) -> Iterator[str]:
    """One sentence for each file that is too long."""
    for path, source in sources.items():
        lines, limit = len(source.splitlines()), MAX_FILE_LINES[path.suffix]
        if lines > limit:
            yield f"{shown(path)}: {lines} lines, at most {limit}"


def size_faults(sizes: list[Size], max_lines: int) -> Iterator[str]:
    """One sentence for each function or component that is too long or too deep."""
    for size in sizes:
        if size.lines > max_lines:
            yield f"{size.where}: {size.name} has {size.lines} lines, at most {max_lines}"
        if size.nesting > MAX_NESTING:
            yield f"{size.where}: {size.name} nests {size.nesting} deep, at most {MAX_NESTING}"


def main() -> int:
    """Prints the summary, then what is over budget; 1 when anything is."""
    sources = {
        path: path.read_text(encoding="utf-8")
        for path in tracked(*MAX_FILE_LINES)
        if not is_generated(path)
    }
    python = [
        s for p, src in sources.items() if p.suffix == ".py" for s in functions(src, shown(p))
    ]
    tsx = [s for p, src in sources.items() if p.suffix == ".tsx" for s in components(src, shown(p))]
    repeated = repetition(sources)
    median = statistics.median(size.lines for size in python) if python else 0

    lines = sum(len(source.splitlines()) for source in sources.values())
    print(f"{len(sources)} files, {lines} lines; {len(python)} functions, median {median:g} lines")
    print(f"{len(tsx)} components; {repeated.share:.2%} of the code lines repeat others")

    faults = [
        *file_faults(sources),
        *size_faults(python, MAX_FUNCTION_LINES),
        *size_faults(tsx, MAX_COMPONENT_LINES),
    ]
    if median > MAX_MEDIAN_FUNCTION_LINES:
        faults.append(f"median function: {median:g} lines, at most {MAX_MEDIAN_FUNCTION_LINES}")
    if repeated.share > MAX_REPEATED_SHARE:
        faults.append(f"repetition {repeated.share:.2%}, at most {MAX_REPEATED_SHARE:.0%}:")
        faults += repeated.worst
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
