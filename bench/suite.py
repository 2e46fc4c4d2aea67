"""Runs the benchmarks one after the other and writes bench/RESULTS.md."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench import commands, gateway, server
from bench.bars import INGEST_PER_S
from bench.loads import DEFAULT_SPANS, make
from bench.machine import facts
from bench.peers import PEERS
from bench.peers import measuring as peers
from bench.peers.environment import python_of
from bench.processes import Failed, measure
from bench.progress import say
from bench.queries import measuring as queries
from bench.report import markdown
from bench.results import LOAD_NAMES, NOT_RUN, Calls, Results, Stages

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
PARTS = ("clearspan", "raw", "stages", "queries", "gateway", "commands", "peers", "sdk")
PEER_SPANS = 2_048
RECORDERS = ("clearspan", "langfuse", "logfire")

T = TypeVar("T")


def main() -> int:
    """Measures, prints, writes; 1 when something could not be measured."""
    given = _arguments()
    results = Results(facts())
    for name in LOAD_NAMES:
        _measure_load(results, name, given.spans or DEFAULT_SPANS[name], given.only)
    if "queries" in given.only:
        results.queries = _tried(lambda: queries.run(given.spans or queries.DEFAULT_SPANS))
    if "gateway" in given.only:
        results.gateway = _tried(gateway.run)
    if "commands" in given.only:
        results.commands = _tried(commands.run)
    _measure_peers(results, given.only)
    if "sdk" in given.only:
        _measure_sdks(results)
    text = markdown(results)
    print(text)
    is_whole = set(given.only) == set(PARTS)
    if is_whole:
        RESULTS.write_text(text, encoding="utf-8")
        say(f"written to {RESULTS.relative_to(RESULTS.parent.parent)}")
    return 0 if _is_complete(results) else 1


def _measure_load(results: Results, name: str, span_count: int, only: list[str]) -> None:
    """Server and raw engine right after each other: their ratio is what matters."""
    if "clearspan" in only:
        say(f"{name}: making {span_count} spans")
        load = make(name, span_count)
        results.server[name] = _tried(lambda: server.run(load, INGEST_PER_S[name]))
    if "raw" in only:
        say(f"{name}: the engine by itself")
        results.raw_per_s[name] = _tried(lambda: _raw_per_s(name, span_count))
    if "stages" in only:
        say(f"{name}: stage by stage")
        results.stages[name] = _tried(lambda: Stages(**measure("stages", name, span_count)))


def _measure_peers(results: Results, only: list[str]) -> None:
    load = make("reference", PEER_SPANS)
    with_questions = "queries" in only
    for peer in PEERS:
        if "peers" in only or (with_questions and peer.ask):
            results.peers[peer.title] = _tried(
                lambda: peers.run(peer, load, with_questions=with_questions)  # noqa: B023 - called at once
            )


def _measure_sdks(results: Results) -> None:
    python = _tried(lambda: python_of("sdks", "SDKs"))
    say("SDKs: one span on the caller's thread")
    results.sdk_us = _tried(lambda: dict(measure("sdk", python=python)))
    for recorder in RECORDERS:
        say(f"SDKs: a model call with {recorder}")
        results.calls_us[recorder] = _tried(
            lambda: Calls(**measure("calls", recorder, python=python))  # noqa: B023 - called at once
        )
    results.footprint = _tried(lambda: dict(measure("footprint")))


def _raw_per_s(name: str, span_count: int) -> float:
    found = measure("raw_engine", name, span_count)
    return float(found["rows"] / found["seconds"])


def _tried(part: Callable[[], T]) -> T | str:
    """What was measured, else why it was not; the other parts go on."""
    try:
        return part()
    except Failed as failure:
        say(f"not measured: {failure}")
        return f"not measured: {failure}"


def _is_complete(results: Results) -> bool:
    parts = (results.queries, results.gateway, results.commands)
    if any(isinstance(one, str) and one != NOT_RUN for one in parts):
        return False
    groups = (results.server, results.raw_per_s, results.stages, results.peers)
    return not any(isinstance(one, str) for group in groups for one in group.values())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=list(PARTS),
        metavar=",".join(PARTS),
        help="some parts; their tables are printed and RESULTS.md stays as it is",
    )
    parser.add_argument(
        "--spans",
        type=int,
        default=0,
        help="of each load, instead of 40 000 and 30 000, and for queries instead of 1 000 000",
    )
    given = parser.parse_args()
    if unknown := set(given.only) - set(PARTS):
        parser.error(f"--only knows {', '.join(PARTS)}, not {', '.join(sorted(unknown))}")
    return given


if __name__ == "__main__":
    sys.exit(main())
