"""What can be set on a simulator, and what a single request may override by header."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from clearspan_server.simulator.request import RefusedError

Fault = Literal["400", "401", "404", "422", "429", "500", "529", "content_filter", "stream", "cut"]

FAULTS: tuple[Fault, ...] = get_args(Fault)

HEADERS = {
    "x-sim-error": (
        "400, 401, 404, 422, content_filter, 429, 500 or 529 (overloaded): refuse; "
        "stream: end a stream with an error; cut: close the connection in the middle of the reply"
    ),
    "x-sim-latency-ms": "wait before the response begins",
    "x-sim-ttft-ms": "wait between the beginning of the response and its first token",
}

_LONGEST_WAIT_MS = 600_000.0


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """How a simulator behaves. The same seed and the same requests give the same replies.

    `error_429_rate`, `error_500_rate` and `cut_rate` are shares of the requests, 0 to 1, drawn
    from the seed. `tokens_per_s` of 0 means at once. With `api_key` set, another key is refused;
    without it, any key or none will do. `clock` returns seconds since 1970 for `created`.
    """

    seed: int = 0
    ttft_ms: float = 250.0
    tokens_per_s: float = 120.0
    error_429_rate: float = 0.0
    error_500_rate: float = 0.0
    cut_rate: float = 0.0
    retry_after_ms: int = 400
    api_key: str | None = None
    max_body_bytes: int = 8 * 1024 * 1024
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        """Raise ValueError for a rate or a speed that means nothing."""
        rates = (self.error_429_rate, self.error_500_rate, self.cut_rate)
        if not all(0 <= rate <= 1 for rate in rates) or sum(rates) > 1:
            raise ValueError(f"fault rates must lie in 0..1 and add up to at most 1: {rates}")
        if self.ttft_ms < 0 or self.tokens_per_s < 0 or self.retry_after_ms < 0:
            raise ValueError("ttft_ms, tokens_per_s and retry_after_ms must not be negative")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What one request asked for by `x-sim-*` headers; None leaves it to the settings."""

    fault: Fault | None = None
    latency_ms: float = 0.0
    ttft_ms: float | None = None


def overrides(headers: Mapping[str, str]) -> Overrides:
    """Read the `x-sim-*` headers. Raises RefusedError for a value that is not understood."""
    wanted = headers.get("x-sim-error")
    fault = next((known for known in FAULTS if known == wanted), None)
    if wanted is not None and fault is None:
        message = f"x-sim-error is one of {', '.join(FAULTS)}, not '{wanted}'."
        raise RefusedError("invalid", message, "x-sim-error")
    return Overrides(
        fault, _wait_ms(headers, "x-sim-latency-ms") or 0.0, _wait_ms(headers, "x-sim-ttft-ms")
    )


def _wait_ms(headers: Mapping[str, str], name: str) -> float | None:
    text = headers.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= _LONGEST_WAIT_MS:
        raise RefusedError(
            "invalid", f"{name} is milliseconds from 0 to 600000, not '{text}'.", name
        )
    return value
