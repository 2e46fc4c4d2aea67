"""Decides what a request gets: text or tool calls, usage, pace and faults; knows no wire format."""

import hashlib
import random
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clearspan_server.simulator import models, prose, tokens
from clearspan_server.simulator.marked_cache import Cached, MarkedCache
from clearspan_server.simulator.models import Model
from clearspan_server.simulator.request import (
    MARKED,
    ChatRequest,
    Prompt,
    RefusalKind,
    RefusedError,
    Tool,
    ToolCall,
    question,
    rendered,
    tool_results,
)
from clearspan_server.simulator.sample import Sampler
from clearspan_server.simulator.settings import Fault, Overrides, SimulatorSettings
from clearspan_server.simulator.words import closest

_MAX_REMEMBERED = 4096
_MAX_BILLED = 1024
_MAX_CALLS = 2
_REASONING_STEP_TOKENS = 64
_EFFORT = {"none": 0.0, "minimal": 0.25, "low": 0.5, "medium": 1.0, "high": 2.0, "xhigh": 4.0}

# What is refused before anything is planned, and what fails after it.
REFUSALS: dict[Fault, RefusalKind] = {
    "400": "invalid",
    "401": "auth",
    "404": "unknown_model",
    "422": "unprocessable",
    "content_filter": "filtered",
}
FAILURES: dict[Fault, RefusalKind] = {
    "429": "rate_limited",
    "500": "failed",
    "529": "overloaded",
}

Finish = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one reply; cached and both written ⊆ input, reasoning ⊆ output."""

    input: int
    cached: int
    output: int
    reasoning: int
    written_5m: int = 0
    written_1h: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds before the response begins, from there to its first token, and for each token."""

    latency_s: float
    first_token_s: float
    token_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about one reply. `id` is 64 hex digits; a format cuts its own ids from it.

    `stopped_by` is the stop sequence that ended the text, if one did.
    """

    id: str
    model: Model
    pace: Pace
    fault: Fault | None
    usage: Usage
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish: Finish = "stop"
    stopped_by: str | None = None

    @property
    def is_refused(self) -> bool:
        """Whether the caller gets an error instead of a reply."""
        return self.fault in FAILURES

    @property
    def is_broken(self) -> bool:
        """Whether a stream of the reply stops in the middle."""
        return self.fault in ("cut", "stream")

    @property
    def thought(self) -> str:
        """The text behind the reasoning tokens, for the formats that show it."""
        return prose.thought(self.usage.reasoning)


class Brain:
    """Plans replies, and remembers what it must to do so: how often it saw a request, and prompts.

    A reply follows from the seed, the request and how often that same request came before, so
    requests that overlap in time do not disturb each other; only cached tokens depend on order
    and, where a cache forgets by the clock, on time.
    """

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._seen: OrderedDict[str, int] = OrderedDict()
        self._cache = tokens.PromptCache()
        self._marked_cache = MarkedCache(settings.clock)
        # The latest that were planned and not refused, oldest first.
        self.answered: deque[Plan] = deque(maxlen=_MAX_BILLED)

    def plan(self, request: ChatRequest, wanted: Overrides) -> Plan:
        """What this request gets. Raises RefusedError for an unknown model or too long a prompt."""
        model = models.find(request.model, "chat", request.provider)
        prompt = rendered(request)
        input_tokens = tokens.count(prompt.data)
        if input_tokens > model.context_tokens:
            raise RefusedError(
                "context_length",
                f"This model reads at most {model.context_tokens} tokens. "
                f"Your messages came to {input_tokens} tokens.",
                "messages",
            )
        identity = self.identity(request.fingerprint)
        draw = random.Random(identity)  # noqa: S311 - replies are no secrets
        fault = self._fault(draw, wanted)
        reasoning = self._reasoning(model, request, draw)
        pace = self._pace(model, reasoning, draw, wanted)
        refusal = Plan(identity, model, pace, fault, Usage(input_tokens, 0, 0, 0))
        if refusal.is_refused:
            return refusal
        text, calls, finish = _content(request, identity, draw)
        text, finish, stopped_by = _shortened(text, finish, request, reasoning)
        cached = self._cached(model, prompt)
        said = sum(tokens.count(call.name + call.arguments) for call in calls)
        usage = Usage(
            input=input_tokens,
            cached=cached.read,
            output=reasoning + said + tokens.count(text),
            reasoning=reasoning,
            written_5m=cached.written_5m,
            written_1h=cached.written_1h,
        )
        plan = Plan(identity, model, pace, fault, usage, text, calls, finish, stopped_by)
        self.answered.append(plan)
        return plan

    def plan_texts(
        self, model: Model, texts: Sequence[str], fingerprint: str, wanted: Overrides
    ) -> Plan:
        """What a request to embed or to rank texts gets. Raises RefusedError as `plan` does."""
        counts = [tokens.count(text) for text in texts]
        if max(counts, default=0) > model.context_tokens:
            message = f"This model reads at most {model.context_tokens} tokens."
            raise RefusedError("context_length", message, "input")
        identity = self.identity(fingerprint)
        draw = random.Random(identity)  # noqa: S311 - faults are no secrets
        fault = self._fault(draw, wanted)
        pace = Pace(wanted.latency_ms / 1e3, (wanted.ttft_ms or 0.0) / 1e3, 0.0)
        plan = Plan(identity, model, pace, fault, Usage(sum(counts), 0, 0, 0))
        if not plan.is_refused:
            self.answered.append(plan)
        return plan

    def identity(self, fingerprint: str) -> str:
        """64 hex digits that follow from the seed, the request and how often it came before."""
        times = self._seen.pop(fingerprint, 0)
        self._seen[fingerprint] = times + 1
        if len(self._seen) > _MAX_REMEMBERED:
            self._seen.popitem(last=False)
        return hashlib.sha256(f"{self._settings.seed}/{fingerprint}/{times}".encode()).hexdigest()

    def _cached(self, model: Model, prompt: Prompt) -> Cached:
        if model.provider == "ollama":
            return Cached()  # it tells nothing of a cache
        if model.provider in MARKED:
            return self._marked_cache.admit(model, prompt)
        return Cached(read=self._cache.admit(model.dated, prompt.data))

    def _fault(self, draw: random.Random, wanted: Overrides) -> Fault | None:
        point, settings = draw.random(), self._settings
        if wanted.fault in REFUSALS:
            raise RefusedError(REFUSALS[wanted.fault], "Refused as asked for by x-sim-error.")
        if wanted.fault is not None:
            return wanted.fault
        rates: tuple[tuple[Fault, float], ...] = (
            ("429", settings.error_429_rate),
            ("500", settings.error_500_rate),
            ("cut", settings.cut_rate),
        )
        for fault, rate in rates:
            if point < rate:
                return fault
            point -= rate
        return None

    def _reasoning(self, model: Model, request: ChatRequest, draw: random.Random) -> int:
        steps = draw.randint(1, 5)
        if not model.reasons:
            return 0
        wanted = int(steps * _REASONING_STEP_TOKENS * _EFFORT.get(request.reasoning_effort, 1.0))
        return wanted if request.max_tokens is None else min(wanted, request.max_tokens)

    def _pace(self, model: Model, reasoning: int, draw: random.Random, wanted: Overrides) -> Pace:
        settings = self._settings
        luck = draw.lognormvariate(0.0, 0.35)
        rate = settings.tokens_per_s * model.pace / luck
        token_s = 1 / rate if rate else 0.0
        first_s = settings.ttft_ms / 1e3 * luck / model.pace + reasoning * token_s
        if wanted.ttft_ms is not None:
            first_s = wanted.ttft_ms / 1e3
        return Pace(wanted.latency_ms / 1e3, first_s, token_s)


def _content(
    request: ChatRequest, identity: str, draw: random.Random
) -> tuple[str, tuple[ToolCall, ...], Finish]:
    """Text, tool calls and finish reason, before any limit."""
    asked = question(request)
    context = "\n".join(m.text for m in request.messages if m.role in ("system", "user"))
    results = tool_results(request)
    everything = "\n".join([context, *(text for _, text in results)])
    tools = _chosen_tools(request, asked, answered=bool(results))
    if tools:
        calls = tuple(
            ToolCall(
                f"call_{identity[index * 24 : index * 24 + 24]}",
                tool.name,
                Sampler(asked, everything, draw).json(tool.parameters),
            )
            for index, tool in enumerate(tools)
        )
        return "", calls, "tool_calls"
    if request.schema is not None:
        schema = request.schema or {"properties": {"answer": {"type": "string"}}}
        return Sampler(asked, everything, draw).json(schema), (), "stop"
    return prose.reply(asked, context, results, draw), (), "stop"


def _chosen_tools(request: ChatRequest, asked: str, *, answered: bool) -> list[Tool]:
    """Tools to call: those that fit the question, none once their results are there."""
    if request.tool_choice == "none" or (request.tool_choice == "auto" and answered):
        return []
    named = [tool for tool in request.tools if tool.name == request.tool_choice]
    if named:
        return named
    described = [
        (f"{tool.name.replace('_', ' ')} {tool.description}", tool) for tool in request.tools
    ]
    fitting = closest(asked, described) or list(request.tools[:1])
    return fitting[: _MAX_CALLS if request.parallel_tool_calls else 1]


def _shortened(
    text: str, finish: Finish, request: ChatRequest, reasoning: int
) -> tuple[str, Finish, str | None]:
    """The text up to the first stop sequence, if one ends it, and within the token limit."""
    found = [(at, stop) for stop in request.stop if (at := text.find(stop)) >= 0]
    end, stopped_by = min(found) if found else (len(text), None)
    text = text[:end]
    if request.max_tokens is None or finish == "tool_calls":
        return text, finish, stopped_by
    room = max(request.max_tokens - reasoning, 0)
    if tokens.count(text) <= room:
        return text, finish, stopped_by
    return tokens.head(text, room), "length", None
