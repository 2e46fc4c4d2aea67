"""Throws broken requests at everything between a body and its rows: `make fuzz`, with `MINUTES=…` (30 unless said).

Four ways in turn: requests of real clients with bytes changed, protobuf messages of random content, bytes that only
look like them, and JSON trees that hypothesis makes. Each goes through decoding, normalising, pricing, redacting and
Arrow; nothing but `BadInput` may come out. The result is written to server/tests/FUZZ.md, and a body that broke
something to build/fuzz/.
"""

import os
import platform
import random
import subprocess
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from clearspan_server.errors import BadInput
from fuzzing import (
    SIGNALS,
    Signal,
    broken,
    captured,
    in_json,
    json_requests,
    random_bits,
    random_message,
    through,
)
from tree import ROOT

RESULT = ROOT / "server" / "tests" / "FUZZ.md"
KEPT = ROOT / "build" / "fuzz"
_AT_ONCE = 200  # inputs of one way before the next has its turn
_TOLD_EVERY_S = 20
_DISTRIBUTIONS = ("protobuf", "opentelemetry-proto", "orjson", "pyarrow", "hyperscan", "google-re2")


@dataclass(slots=True)
class Tally:
    """What came of the inputs so far."""

    commit: str
    inputs: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    rows: int = 0
    crashes: list[str] = field(default_factory=list)
    slowest_ms: float = 0.0


def main() -> int:
    """Fuzz until the time is over; 1 when something broke."""
    minutes = float(sys.argv[1] if len(sys.argv) > 1 else 30)
    number = random.SystemRandom().randrange(2**32)
    draw, tally = random.Random(number), Tally(_commit())
    bodies = captured()
    json_bodies = [(signal, in_json(signal, body)) for signal, body in bodies]
    began_s = told_s = time.monotonic()
    while (now_s := time.monotonic()) < began_s + minutes * 60:
        for _ in range(_AT_ONCE):
            signal, body = draw.choice(bodies)
            _try(tally, "captures, bytes changed", signal, broken(draw, body), as_json=False)
            signal, body = draw.choice(json_bodies)
            _try(tally, "captures in JSON, bytes changed", signal, broken(draw, body), as_json=True)
            signal = draw.choice(SIGNALS)
            body = random_message(draw, signal)
            _try(tally, "random messages", signal, body, as_json=False)
            _try(tally, "random bytes", signal, random_bits(draw), as_json=False)
        _try_trees(tally, draw.getrandbits(64))
        if now_s > told_s + _TOLD_EVERY_S:
            told_s = now_s
            print(_line(tally, now_s - began_s), flush=True)
    RESULT.write_text(_report(tally, minutes, number), encoding="utf-8")
    print(f"{_line(tally, time.monotonic() - began_s)}\nwritten to {RESULT.relative_to(ROOT)}")
    return 1 if tally.crashes else 0


def _try_trees(tally: Tally, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=_AT_ONCE,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.sampled_from(SIGNALS).flatmap(lambda one: st.tuples(st.just(one), json_requests(one)))
    )
    def each(drawn: tuple[Signal, bytes]) -> None:
        _try(tally, "JSON trees", *drawn, as_json=True)

    each()


def _try(tally: Tally, way: str, signal: Signal, body: bytes, *, as_json: bool) -> None:
    tally.inputs[way] += 1
    began_s = time.perf_counter()
    try:
        outcome = through(signal, body, as_json=as_json)
    except BadInput:
        tally.unreadable += 1
    except Exception:  # noqa: BLE001 - this is what is being looked for
        _keep(tally, way, signal, body)
    else:
        tally.rows += outcome.rows
        tally.rejected += outcome.rejected
    tally.slowest_ms = max(tally.slowest_ms, (time.perf_counter() - began_s) * 1000)


def _keep(tally: Tally, way: str, signal: Signal, body: bytes) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    name = f"{len(tally.crashes)}.{signal}.bin"
    (KEPT / name).write_bytes(body)
    last = traceback.format_exc().strip().splitlines()[-1]
    tally.crashes.append(f"{way}, {name}: {last}")
    traceback.print_exc()


def _line(tally: Tally, seconds: float) -> str:
    return (
        f"{seconds / 60:5.1f} min: {tally.inputs.total()} inputs, {tally.rows} rows, "
        f"{tally.rejected.total()} rejected, {tally.unreadable} unreadable, {len(tally.crashes)} crashes"
    )


def _commit() -> str:
    said = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    return said.stdout.strip() or "unknown"


def _report(tally: Tally, minutes: float, number: int) -> str:
    rows = [
        ("when", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {minutes:g} minutes, seed {number}"),
        (
            "machine",
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        ),
        ("versions", ", ".join(f"{name} {version(name)}" for name in _DISTRIBUTIONS)),
        ("commit", tally.commit),
        ("inputs", str(tally.inputs.total())),
        *((f"- {way}", str(count)) for way, count in tally.inputs.most_common()),
        ("rows that came of them", str(tally.rows)),
        ("records rejected", _by_code(tally.rejected)),
        ("bodies that could not be read", str(tally.unreadable)),
        ("slowest input", f"{tally.slowest_ms:.0f} ms"),
        ("crashes", "; ".join(tally.crashes) or "none"),
    ]
    lines = [f"| {name} | {value} |" for name, value in rows]
    intro = "The last run of `make fuzz`, which says in `scripts/fuzz.py` what it does."
    return "\n".join(["# Fuzzing", "", intro, "", "| | |", "|---|---|", *lines, ""])


def _by_code(rejected: Counter[str]) -> str:
    codes = ", ".join(f"{code} {count}" for code, count in rejected.most_common())
    return f"{rejected.total()}: {codes}" if codes else "0"


if __name__ == "__main__":
    raise SystemExit(main())
