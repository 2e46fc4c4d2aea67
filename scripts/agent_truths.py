"""What is known of a coding agent's session, and whether what the API shows of it is right."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent_programs import PROMPTS, REPOSITORY, Agent

Json = dict[str, Any]  # as the API shows it
_BY_TOKENS = ("input", "output", "cache_read", "cache_write", "reasoning")


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario of an agent: what it left, and what the simulator billed for it."""

    agent: Agent
    scenario: str
    traces: list[Json]
    spans: list[Json]  # with their bodies, in order of start
    billed: list[Json]
    cost: list[Json]  # by service
    metrics: list[str]  # their names

    @property
    def prompts(self) -> tuple[str, ...]:
        return PROMPTS[self.scenario]

    @property
    def is_failed(self) -> bool:
        return self.scenario == "failed"

    def of(self, kind: str) -> list[Json]:
        """The spans of a kind."""
        return [span for span in self.spans if span["kind"] == kind]


def _turns(run: Run) -> bool:
    """A trace a prompt, all of one session, and every span below the turn."""
    roots = [span for span in run.spans if not span["parent_id"]]
    sessions = {span["session_id"] for span in run.spans}
    count = len(run.prompts)
    is_nested = all(span["kind"] == "agent" for span in roots) and len(roots) == count
    return len(run.traces) == count and len(sessions) == 1 and sessions != {""} and is_nested


def _calls(run: Run) -> bool:
    """Each call that was billed once; of a model that is not there at least one that failed, and nothing billed."""
    calls = run.of("llm")
    if run.is_failed:
        return not run.billed and bool(calls) and {one["status"] for one in calls} == {"error"}
    return len(calls) == len(run.billed) > 0 and all(one["status"] == "ok" for one in calls)


def _tokens(run: Run) -> bool | None:
    """The tokens of each call as the simulator billed them."""
    if run.is_failed:
        return None
    told = [_told(call) for call in run.of("llm")]
    billed = [_billed(call, run) for call in run.billed]
    return told == billed


def _told(call: Json) -> tuple[int, ...]:
    usage = call["usage"]
    return tuple(usage.get(name) or 0 for name in _BY_TOKENS)


def _billed(call: Json, run: Run) -> tuple[int, ...]:
    usage, written = call["usage"], sum(call["cache_written"].values())
    reasoning = usage["reasoning"] if run.agent.name == "codex" else 0  # Anthropic does not tell it
    return usage["input"], usage["output"], usage["cached"], written, reasoning


def _priced(run: Run) -> bool | None:
    """Every call has a cost, and where the agent reports its own, that one."""
    if run.is_failed:
        return None
    costs = [(one["total_cost"], one["cost"].get("reported")) for one in run.of("llm")]
    return all(
        ours is not None
        and float(ours) > 0
        and (its is None or math.isclose(float(ours), float(its), rel_tol=1e-6))
        for ours, its in costs
    )


def _tools(run: Run) -> bool | None:
    """One tool a prompt, with the command that was asked for, run or refused."""
    if run.is_failed:
        return None
    found = run.of("tool")
    wanted = "cancelled" if run.scenario == "refused" else "ok"
    return len(found) == len(run.prompts) and all(
        prompt in str(tool["tool_arguments"]) and tool["status"] == wanted
        for prompt, tool in zip(run.prompts, found, strict=True)
    )


def _questions(run: Run) -> bool:
    return _said(run, "input") == list(run.prompts)


def _answers(run: Run) -> bool | None:
    """What was answered last in each turn."""
    if run.is_failed or run.agent.name == "codex" or run.scenario == "spans":
        return None
    return _said(run, "output") == [call["text"] for call in run.billed if call["text"]]


def _said(run: Run, side: str) -> list[str]:
    roots = [span for span in run.spans if not span["parent_id"]]
    return [one[side][0]["parts"][0]["content"] if one[side] else "" for one in roots]


def _repositories(run: Run) -> bool:
    """Cost by service is cost by repository; what failed costs nothing."""
    if run.is_failed:
        return {span["service"] for span in run.spans} == {REPOSITORY}
    return [row["value"] for row in run.cost] == [REPOSITORY]


def _metrics(run: Run) -> bool:
    prefix = f"{run.agent.name.replace('-', '_')}."
    return any(name.startswith(prefix) for name in run.metrics)


CHECKS: Mapping[str, Callable[[Run], bool | None]] = {
    "turns of one session": _turns,
    "each call once": _calls,
    "tokens": _tokens,
    "cost": _priced,
    "tools": _tools,
    "question": _questions,
    "answer": _answers,
    "repository": _repositories,
    "metrics": _metrics,
}


def verdicts(run: Run) -> dict[str, str]:
    """Of each check its mark: ✓ right, ✗ wrong, – not asked."""
    marks = {True: "✓", False: "✗", None: "–"}
    return {name: marks[check(run)] for name, check in CHECKS.items()}
