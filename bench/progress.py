"""Progress: a line on the terminal before everything that takes longer than a second."""

import sys


def say(text: str) -> None:
    """One line, at once, on standard error: standard output is for figures."""
    print(f"▸ {text}", file=sys.stderr, flush=True)
