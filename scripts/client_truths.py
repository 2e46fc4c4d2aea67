"""What each scenario must look like to whoever asks the API, by what the simulator billed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from client_losses import LOST
from client_models import asked
from client_programs import CALLS, Client, Json, Run

SESSION, USER = "session-7", "ada"
TOOL, TOOL_ARGUMENT, TOOL_RESULT = "lookup_order", "A-1042", "Basel"
_ORDER, _STORY = "Where is my order A-1042?", "Tell me a story about a lighthouse."


@dataclass(frozen=True, slots=True)
class Scenario:
    """How many model calls a scenario makes, what they ask, how they end, and how many, the last, are streams."""

    calls: int
    question: str
    status: str = "ok"
    streams: int = 0
    has_tool: bool = False
    is_said: bool = True  # the answers are messages, and not vectors
    is_alone: bool = False  # the program has no spans of its own: each call is a trace, nobody's

    @property
    def is_answered(self) -> bool:
        return self.status == "ok"


SCENARIOS = {
    "tools": Scenario(2, _ORDER, has_tool=True),
    "stream": Scenario(1, _STORY, streams=1),
    "cached": Scenario(2, _ORDER),
    "error": Scenario(1, _ORDER, "error"),
    "cancel": Scenario(1, _STORY, "cancelled", streams=1),
}
_ALONE = {"alone": Scenario(2, _ORDER, has_tool=True, is_alone=True)}
# What clients are asked beside these.
MORE = {
    "clearspan-openai": {
        "async": Scenario(2, _ORDER, streams=1, has_tool=True),
        "responses": Scenario(2, _ORDER, streams=1, has_tool=True),
        "structured": Scenario(2, _ORDER),
        "embeddings": Scenario(1, _ORDER, is_said=False),
    },
    "clearspan-boto3": {"invoke": Scenario(2, _ORDER, streams=1, has_tool=True)},
}
NOT_ASKED = {"clearspan-ollama": ("cached",)}  # Ollama tells nothing of a cache


def scenarios(client: Client) -> dict[str, Scenario]:
    """What a client is asked."""
    left_out = NOT_ASKED.get(client.name, ())
    usual = {name: one for name, one in SCENARIOS.items() if name not in left_out}
    return usual | (_ALONE if client.is_ours else {}) | MORE.get(client.name, {})


Check = Callable[[Run, Scenario], bool]


def one_trace(run: Run, scenario: Scenario) -> bool:
    """All of a scenario is in one trace, unless nothing holds its calls together."""
    return len(run.traces) == (scenario.calls if scenario.is_alone else 1)


def each_call_once(run: Run, scenario: Scenario) -> bool:
    """As many calls count as were made."""
    shown = sum(trace["llm_count"] for trace in run.traces) if scenario.is_said else scenario.calls
    if run.client.is_ours and scenario.calls != sum(span["kind"] in CALLS for span in run.spans):
        return False
    return scenario.calls == len(run.calls) == shown


def status(run: Run, scenario: Scenario) -> bool:
    """Of every call; a trace failed when its call did, and a reader who leaves is no failure."""
    is_failed = scenario.status == "error"
    return _is_each(run.calls, lambda call: call["status"] == scenario.status) and _is_each(
        run.traces, lambda trace: (trace["status"] == "error") == is_failed
    )


def error_class(run: Run, scenario: Scenario) -> bool:
    """How a call failed, by its class; none where it did not."""
    wanted = {"error": "rate_limit", "cancelled": "cancelled", "ok": ""}[scenario.status]
    return _is_each(run.calls, lambda call: call["error_class"] == wanted)


def provider(run: Run, _: Scenario) -> bool:
    """Who was called."""
    wanted = asked(run).provider
    return _is_each(run.calls, lambda call: call["provider"] == wanted)


def model(run: Run, scenario: Scenario) -> bool:
    """The one that answered, where one did."""
    one = asked(run)
    wanted = {one.dated} if scenario.is_answered else {one.dated, one.name}
    return _is_each(
        run.calls, lambda call: (call["response_model"] or call["request_model"]) in wanted
    )


def question(run: Run, scenario: Scenario) -> bool:
    """Every call shows what was asked."""
    return _is_each(run.calls, lambda call: scenario.question in _texts(call["input_messages"]))


def answer(run: Run, scenario: Scenario) -> bool:
    """What the provider said, letter for letter; where it asked for the tool, that."""
    return not (scenario.is_answered and scenario.is_said) or all(
        reply["text"] in _texts(call["output_messages"])
        if reply["text"]
        else (TOOL, TOOL_ARGUMENT) in _tool_calls(call["output_messages"])
        for call, reply in zip(run.calls, run.billed, strict=False)
    )


def tool(run: Run, scenario: Scenario) -> bool:
    """The tool's own span with what it was given and gave, and its result in the second question."""
    if not scenario.has_tool:
        return True
    is_there = scenario.is_alone or any(
        span["tool_name"] == TOOL
        and TOOL_ARGUMENT in json.dumps(span["tool_arguments"])
        and TOOL_RESULT in json.dumps(span["tool_result"])
        for span in run.spans
        if span["kind"] == "tool"
    )
    return is_there and TOOL_RESULT in json.dumps(run.calls[-1]["input_messages"])


def usage(run: Run, scenario: Scenario) -> bool:
    """As billed, call by call; nobody tells the usage of a call that was broken off."""
    if not scenario.is_answered:
        return True
    billed = _billed(run)
    if run.scenario == "cached" and not any(reply["cached"] for reply in billed):
        return False
    found = [
        {
            "input": call["input_tokens"],
            "cached": call["cache_read_tokens"] or 0,
            "written": call["usage"]["cache_write"] or 0,
            "output": call["output_tokens"] or 0,
            "reasoning": call["reasoning_tokens"] or 0,
        }
        for call in run.calls
    ]
    return found == billed


def cost(run: Run, scenario: Scenario) -> bool:
    """To the last digit what the billed tokens cost."""
    if not scenario.is_answered:
        return True
    prices = [price for usage in _billed(run) if (price := asked(run).price(usage)) is not None]
    told = [Decimal(trace["total_cost"]) for trace in run.traces if trace["total_cost"] is not None]
    return bool(prices) == bool(told) and sum(prices, Decimal()) == sum(told, Decimal())


def session(run: Run, scenario: Scenario) -> bool:
    """The session that the program named."""
    return scenario.is_alone or _is_each(run.traces, lambda trace: trace["session_id"] == SESSION)


def user(run: Run, scenario: Scenario) -> bool:
    """The user that the program named."""
    return scenario.is_alone or _is_each(run.traces, lambda trace: trace["user_id"] == USER)


def tools_offered(run: Run, scenario: Scenario) -> bool:
    """Every call that was given the tool shows it."""
    return not scenario.has_tool or _is_each(
        run.calls, lambda call: TOOL in json.dumps(call["tool_definitions"])
    )


def finish_reason(run: Run, scenario: Scenario) -> bool:
    """Why each answer ended: it was all said, or wants the tool."""
    if not (scenario.is_answered and scenario.is_said):
        return True
    wanted = ["stop" if reply["text"] else "tool_call" for reply in run.billed]
    return [call["finish_reason"] for call in run.calls] == wanted


def first_token(run: Run, scenario: Scenario) -> bool:
    """Of streams and of nothing else, within the call."""
    whole = len(run.calls) - scenario.streams
    return not any(call["ttft_ns"] for call in run.calls[:whole]) and all(
        0 < (call["ttft_ns"] or 0) < call["duration_ns"] for call in run.calls[whole:]
    )


def same_results(run: Run, _: Scenario) -> bool:
    """The program got letter for letter what it gets without our SDK."""
    return bool(run.printed) and run.printed == run.bare_printed


CHECKS: dict[str, Check] = {
    "one trace": one_trace,
    "each call once": each_call_once,
    "status": status,
    "error class": error_class,
    "provider": provider,
    "model": model,
    "question": question,
    "answer": answer,
    "tool": tool,
    "usage": usage,
    "cost": cost,
    "session": session,
    "user": user,
}
# What our own SDK must tell and keep, too.
OURS: dict[str, Check] = {
    "tools offered": tools_offered,
    "finish reason": finish_reason,
    "time to first token": first_token,
    "same results": same_results,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run judged: what it lost, as is known, and whatever else is not as it must be."""

    lost: list[str]
    wrong: list[str]

    @property
    def shown(self) -> str:
        if self.wrong:
            return "✗ " + ", ".join(self.wrong)
        return "✓" + (f" but {', '.join(self.lost)}" if self.lost else "")


def judged(run: Run) -> Outcome:
    """Compares all that is known of a run; what is said to be lost must be lost."""
    if run.said:
        return Outcome([], ["the program failed"])
    checks = CHECKS | OURS if run.client.is_ours else CHECKS
    scenario = scenarios(run.client)[run.scenario]
    failed = {name for name, check in checks.items() if not check(run, scenario)}
    lost = {
        field
        for name, scenario, field in LOST
        if (name, scenario) == (run.client.title, run.scenario)
    }
    kept = [f"{field} is not lost" for field in sorted(lost - failed)]
    return Outcome(sorted(lost & failed), sorted(failed - lost) + kept)


def _billed(run: Run) -> list[Json]:
    """The tokens of each call; `written` are those that its provider keeps for five minutes."""
    return [reply["usage"] | {"written": reply["cache_written"]["5m"]} for reply in run.billed]


def _is_each(found: list[Json], is_right: Callable[[Json], bool]) -> bool:
    return bool(found) and all(map(is_right, found))


def _parts(messages: list[Json] | None) -> Iterator[Json]:
    for message in messages or ():
        yield from message["parts"]


def _texts(messages: list[Json] | None) -> str:
    return "\n".join(part["content"] for part in _parts(messages) if part["type"] == "text")


def _tool_calls(messages: list[Json] | None) -> list[tuple[str, str]]:
    return [
        (part["name"], str(part["data"].get("order_id")))
        for part in _parts(messages)
        if part["type"] == "tool_call" and isinstance(part["data"], dict)
    ]
