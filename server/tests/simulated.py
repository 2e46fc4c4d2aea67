"""What the tests of the simulator's formats share: a fast simulator, a question, and its bill."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings

FAST = SimulatorSettings(
    ttft_ms=0, tokens_per_s=0, retry_after_ms=7000, clock=lambda: 1_790_000_000.0
)
QUESTION = "Where is my order A-1042?"
RULES = "Be brief. " * 600
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"order_id": {"type": "string"}},
    "required": ["order_id"],
}

Json = dict[str, Any]


@contextmanager
def simulator() -> Iterator[httpx2.Client]:
    """An HTTP client at a simulator of its own."""
    with running(FAST) as url, httpx2.Client(base_url=url) as http:
        yield http


def calls(http: httpx2.Client) -> list[Json]:
    """The calls on the bill, the oldest first."""
    found: list[Json] = http.get("/bill").json()["calls"]
    return found


def billed(http: httpx2.Client) -> dict[str, int]:
    """The usage of the latest call."""
    usage: dict[str, int] = calls(http)[-1]["usage"]
    return usage


def fault(name: str) -> dict[str, str]:
    """The header that makes a single call fail."""
    return {"x-sim-error": name}
