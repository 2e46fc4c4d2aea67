"""Clearspan's own SDK: `instrument()` is all that a program does for its model calls to be recorded.

The scenario and its tool are spans of their own, except in `alone`, which is `tools` with nothing but that one call.
With BARE set nothing of the SDK is imported: what the program prints must be the same.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

import scenarios as ask

IS_BARE = "BARE" in os.environ
HAS_SPANS = not IS_BARE and sys.argv[1] != "alone"

if not IS_BARE:
    import clearspan

    clearspan.instrument()
lookup = clearspan.tool(name=ask.LOOKUP)(ask.lookup_order) if HAS_SPANS else ask.lookup_order


def run(scenarios: Mapping[str, Callable[[], object]]) -> None:
    """Runs the scenario that the command line names, and prints what the client made of the answers."""
    ask.run({**scenarios, "alone": scenarios["tools"]}, flush, root, show)


def root(name: str) -> AbstractContextManager[object]:
    """A span around a scenario, with whose it is."""
    if not HAS_SPANS:
        return nullcontext()
    return clearspan.span(name, session=ask.SESSION, user=ask.USER)


def flush() -> None:
    """Sends what is left."""
    if not IS_BARE and not clearspan.flush():
        raise TimeoutError("the server did not take every span")


def show(answers: object) -> None:
    """Prints everything in the answers as JSON."""
    print(json.dumps(answers, default=_plain, indent=1))


def _plain(answer: object) -> object:
    for name in ("model_dump", "to_dict", "dict"):
        dump = getattr(answer, name, None)
        if dump is not None:
            return dump()
    return str(answer) if isinstance(answer, BaseException) else vars(answer)
