"""Checks the manual: links and file names lead somewhere, Python compiles, make targets exist."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tree import ROOT, shown, tracked

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)|(?:src|srcset|href)=\"([^\"]+)\"")
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"\bmake ([a-z]+)\b(?=[`\s]|$)")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
NAMED_FILE = re.compile(r"(?<![\w./-])\w[\w.-]*(?:/[\w.-]+)+\.(?:py|sql|tsx?|css|md|toml|sh)\b")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def anchor(heading: str) -> str:
    """The fragment under which a heading can be linked."""
    words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return words.replace(" ", "-")


def broken_links(page: Path, text: str) -> Iterator[str]:
    """Relative links and fragments that lead nowhere; other sites are not asked."""
    for markdown, html in LINK.findall(FENCE.sub("", text)):
        target = markdown or html
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, fragment = target.partition("#")
        goal = (page.parent / name).resolve() if name else page
        if not goal.exists():
            yield f"{shown(page)}: links to {target}, which is not there"
        elif fragment and goal.suffix == ".md":
            headings = HEADING.findall(goal.read_text(encoding="utf-8"))
            if fragment not in map(anchor, headings):
                yield f"{shown(page)}: links to {target}, but there is no such heading"


def broken_python(page: Path, text: str) -> Iterator[str]:
    """Python blocks that do not compile."""
    for language, code in FENCE.findall(text):
        if language == "python":
            try:
                compile(code, shown(page), "exec")
            except SyntaxError as error:
                yield f"{shown(page)}: Python that does not compile: {error}"


def unknown_targets(page: Path, text: str) -> Iterator[str]:
    """Mentions of `make …`, in code, that the Makefile does not know."""
    known = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    spans = re.findall(r"`([^`\n]+)`", text)
    blocks = [code for language, code in FENCE.findall(text) if language in {"sh", "bash"}]
    for target in MAKE.findall("\n".join(spans + blocks)):
        if target not in known:
            yield f"{shown(page)}: mentions make {target}, which the Makefile does not know"


def missing_files(page: Path, text: str) -> Iterator[str]:
    """Files that a page names and that no folder of the repository ends in."""
    names = ["/" + shown(path) for path in tracked()]
    for named in dict.fromkeys(NAMED_FILE.findall(text)):
        if not any(name.endswith("/" + named) for name in names):
            yield f"{shown(page)}: names {named}, which is not there"


CHECKS: list[Callable[[Path, str], Iterator[str]]] = [
    broken_links,
    broken_python,
    missing_files,
    unknown_targets,
]


def main() -> int:
    """Prints each fault; 1 when there is any."""
    pages = {path: path.read_text(encoding="utf-8") for path in tracked(".md")}
    faults = [
        fault for page, text in pages.items() for check in CHECKS for fault in check(page, text)
    ]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
