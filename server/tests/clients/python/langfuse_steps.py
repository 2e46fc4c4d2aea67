"""Steps of a quick start with Langfuse's client: each writes, reads back what it wrote, and is told by its name."""

import time
from collections.abc import Callable
from typing import TypeVar

_PATIENCE_S = 20.0

Found = TypeVar("Found")

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
ANSWER = "The capital of France is Paris."
MODEL = "gpt-4o-mini"
SESSION, USER, TAGS = "session-7", "ann", ["beta", "quick"]
# A red dot.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8"
    "cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def step(name: str, doing: Callable[[], None]) -> None:
    """Do it, and say so; what is not as it must be ends the program."""
    doing()
    print(f"did {name}", flush=True)


def until(asked: Callable[[], Found]) -> Found:
    """What is answered, once it is something; writing is not waited for by these clients."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            found = asked()
            if found:
                return found
            why = f"{found!r} was answered"
        except Exception as error:  # noqa: BLE001 - each version raises its own for what is not there yet
            why = f"{type(error).__name__}: {error}"
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing came within {_PATIENCE_S} s; at last {why}")
        time.sleep(0.2)


def same(found: object, expected: object) -> None:
    """What was read is what was written."""
    assert found == expected, f"{found!r} was read, {expected!r} was written"
