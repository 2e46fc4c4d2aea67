"""A month of calls to five providers, with changes of price in it, against a bill kept by somebody else.

They are 100 000, and a tenth of them in `make test`. The bill is kept in whole 10⁻¹² dollars from the price sheet
below, by a clerk who counts each class apart and never sees inclusive counts. The product gets what eight clients send,
each in its own convention and with its own habit.
"""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from running import serving, until
from sampling import WHOLE
from sending import post, put, request_of
from test_own_prices import Owner

REQUESTS, TRACES, CALLS_OF_TRACE = 100 if WHOLE else 10, 50, 20
CALLS = REQUESTS * TRACES * CALLS_OF_TRACE
SECOND_NS = 10**9
DAY_NS = 86_400 * SECOND_NS
OCTOBER_NS = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp()) * SECOND_NS
LONG = 200_000

# US dollars a million; `>` above 200 000 tokens of input, `@20` from the 20th of the month on, and at a word what holds
# for calls of that service tier: the price list has OpenAI's since the 12th.
SHEET = {
    ("openai", "gpt-5"): "fresh 1.25, read 0.125, out 10,"
    " fresh@flex 0.625, read@flex 0.0625, out@flex 5,"
    " fresh@priority 2.5, read@priority 0.25, out@priority 20",
    ("openai", "gpt-4o-mini"): "fresh 0.15, read 0.075, out 0.60",
    ("anthropic", "claude-sonnet-4-5"): "fresh 3, read 0.30, write 3.75, write_1h 6, out 15,"
    " fresh> 6, read> 0.60, write> 7.50, write_1h> 12, out> 22.50",
    ("anthropic", "claude-haiku-4-5"): "fresh 1, read 0.10, write 1.25, write_1h 2, out 5",
    ("gcp.gemini", "gemini-2.5-pro"): "fresh 1.25, read 0.125, out 10,"
    " fresh> 2.50, read> 0.25, out> 15",
    ("gcp.gemini", "gemini-2.5-flash"): "fresh 0.30, audio 1, out 2.50",
    ("aws.bedrock", "us.amazon.nova-pro-v1:0"): "fresh 0.80, read 0.20, out 3.20",
    ("mistral_ai", "mistral-large-4"): "fresh 0.68, read 0.07, out 2.09,"
    " fresh@20 1.36, read@20 0.14, out@20 4.18, fresh@29 0.70, read@29 0.07, out@29 2.10",
}
AGREED = {"input": "0.9", "cache_read": "0.1", "output": "3"}
AGREED_RATES = {"fresh": 900_000, "read": 100_000, "out": 3_000_000}
TIERS_SINCE = 12

Who = tuple[str, str]
Used = Mapping[str, int]
# 10⁻¹² dollars a token.
RATES = {
    who: {
        name: int(Decimal(rate) * 10**6) for name, rate in (one.split() for one in sheet.split(","))
    }
    for who, sheet in SHEET.items()
}


def bill(who: Who, used: Used, start_ns: int, tier: str) -> int:
    """What the clerk writes down for a call."""
    sheet = RATES[who]
    day = 1 + (start_ns - OCTOBER_NS) // DAY_NS
    given = sum(count for name, count in used.items() if name != "out")
    total = 0
    for name, count in used.items():
        held = name
        if given > LONG and f"{name}>" in sheet:
            held = f"{name}>"
        elif day >= TIERS_SINCE and f"{name}@{tier}" in sheet:
            held = f"{name}@{tier}"
        else:
            held = next(
                (one for one in (f"{name}@29", f"{name}@20") if _holds(one, sheet, day)), name
            )
        total += count * sheet[held]
    return total


def _holds(name: str, sheet: Mapping[str, int], day: int) -> bool:
    return name in sheet and day >= int(name.partition("@")[2])


def inclusive(used: Used) -> int:
    """The input as most providers report it: what was cached and what was heard are in it."""
    return sum(count for name, count in used.items() if name != "out")


def written(used: Used) -> int:
    return used.get("write", 0) + used.get("write_1h", 0)


def otel(who: Who, used: Used, tier: str) -> dict[str, object]:
    """OpenTelemetry's names of now: inclusive."""
    told: dict[str, object] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": who[0],
        "gen_ai.request.model": who[1],
        "gen_ai.response.model": who[1],
        "gen_ai.usage.input_tokens": inclusive(used),
        "gen_ai.usage.output_tokens": used["out"],
    }
    for name, key in (("read", "cache_read.input_tokens"), ("audio", "audio.input_tokens")):
        if name in used:
            told[f"gen_ai.usage.{key}"] = used[name]
    if tier:
        told["openai.response.service_tier"] = tier
    return told


def openllmetry(who: Who, used: Used, _tier: str) -> dict[str, object]:
    """Names of 2024, and counts as texts, as some exporters write them."""
    return {
        "gen_ai.system": who[0],
        "llm.request.type": "chat",
        "gen_ai.request.model": who[1],
        "gen_ai.usage.prompt_tokens": str(inclusive(used)),
        "gen_ai.usage.completion_tokens": str(used["out"]),
        "gen_ai.usage.cache_read_input_tokens": str(used.get("read", 0)),
    }


def openinference(who: Who, used: Used, _tier: str) -> dict[str, object]:
    """Its own names, and the provider's answer as JSON, which says the same again."""
    usage = {
        "prompt_tokens": inclusive(used),
        "completion_tokens": used["out"],
        "prompt_tokens_details": {"cached_tokens": used.get("read", 0)},
    }
    return {
        "openinference.span.kind": "LLM",
        "llm.provider": who[0],
        "llm.model_name": who[1],
        "llm.token_count.prompt": inclusive(used),
        "llm.token_count.completion": used["out"],
        "llm.token_count.prompt_details.cache_read": used.get("read", 0),
        "output.mime_type": "application/json",
        "output.value": json.dumps(
            {"object": "chat.completion", "model": who[1], "choices": [], "usage": usage}
        ),
    }


def anthropic_usage(used: Used) -> dict[str, Any]:
    """As the provider answers it: nothing cached is in the input."""
    return {
        "input_tokens": used["fresh"],
        "output_tokens": used["out"],
        "cache_read_input_tokens": used.get("read", 0),
        "cache_creation_input_tokens": written(used),
        "cache_creation": {
            "ephemeral_5m_input_tokens": used.get("write", 0),
            "ephemeral_1h_input_tokens": used.get("write_1h", 0),
        },
    }


def vercel(who: Who, used: Used, _tier: str) -> dict[str, object]:
    """Version 5 of the AI SDK: exclusive counts, the rest in what the provider's package adds."""
    return {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": f"{who[0]}.messages",
        "ai.model.id": who[1],
        "ai.response.model": who[1],
        "ai.usage.inputTokens": used["fresh"],
        "ai.usage.outputTokens": used["out"],
        "ai.usage.cachedInputTokens": used.get("read", 0),
        "ai.response.providerMetadata": json.dumps(
            {who[0]: {"usage": anthropic_usage(used), "cacheCreationInputTokens": written(used)}}
        ),
    }


def langfuse(who: Who, used: Used, _tier: str) -> dict[str, object]:
    """The provider's own usage, as it is, in one text of JSON; a cost of zero that means nothing."""
    usage = anthropic_usage(used)
    lifetimes = {f"input_{name}": count for name, count in usage.pop("cache_creation").items()}
    return {
        "langfuse.observation.type": "generation",
        "langfuse.observation.model.name": who[1],
        "langfuse.observation.usage_details": json.dumps({**usage, **lifetimes}),
        "langfuse.observation.cost_details": json.dumps({"total": 0}),
    }


Client = Callable[[Who, Used, str], dict[str, object]]
CLIENTS: dict[Who, Client] = dict(
    zip(
        SHEET,
        (otel, openinference, vercel, langfuse, otel, otel, openllmetry, otel),
        strict=True,
    )
)


def trace(chance: random.Random, clerk: "Clerk") -> Iterator[Span]:
    """A run of an agent with its calls, a minute from one to the next."""
    start_ns = OCTOBER_NS + chance.randrange(31 * DAY_NS - CALLS_OF_TRACE * 60 * SECOND_NS)
    trace_id, root_id = chance.randbytes(16), chance.randbytes(8)
    yield _span("run", trace_id, root_id, start_ns)
    for number in range(CALLS_OF_TRACE):
        who = chance.choice(clerk.models)
        scale = chance.choice((100, 3_000, 60_000, 150_000))
        used = {
            name: chance.randrange(scale)
            for name in RATES[who]
            if name.isidentifier() and (name in ("fresh", "out") or chance.random() < 0.6)
        }
        tier = chance.choice(("", "default", "flex", "priority")) if who[1] == "gpt-5" else ""
        made = _span("call", trace_id, chance.randbytes(8), start_ns + number * 60 * SECOND_NS)
        made.parent_span_id = root_id
        for key, value in CLIENTS[who](who, used, tier).items():
            put(made, key, value)
        clerk.write(who, used, made.start_time_unix_nano, tier)
        yield made


def _span(name: str, trace_id: bytes, span_id: bytes, start_ns: int) -> Span:
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        name=name,
        start_time_unix_nano=start_ns,
        end_time_unix_nano=start_ns + SECOND_NS,
    )


class Clerk:
    """Whoever keeps the bill: by model, by day, and what the agreed prices would make of it."""

    def __init__(self) -> None:
        self.models = list(SHEET)
        self.by_model: defaultdict[Who, int] = defaultdict(int)
        self.by_day: defaultdict[int, int] = defaultdict(int)
        self.agreed = 0

    def write(self, who: Who, used: Used, start_ns: int, tier: str) -> None:
        owed = bill(who, used, start_ns, tier)
        self.by_model[who] += owed
        self.by_day[(start_ns - OCTOBER_NS) // DAY_NS] += owed
        if who[1] == "mistral-large-4":
            rates = AGREED_RATES.items()
            self.agreed += sum(used.get(name, 0) * rate for name, rate in rates)


def cents(dollars: str) -> int:
    return round(Decimal(dollars) * 100)


def billed_cents(picos: int) -> int:
    return round(Fraction(picos, 10**10))


def send_the_month(owner: Owner, clerk: Clerk) -> None:
    """100 requests of 1 000 calls, two at a time, as exporters send them."""
    chance = random.Random(4)

    def send(body: bytes) -> None:
        assert post(owner.server.url, "/v1/traces", body)[0] == 200

    with ThreadPoolExecutor(2) as senders:
        waiting = []
        for _ in range(REQUESTS):
            spans = [one for _ in range(TRACES) for one in trace(chance, clerk)]
            waiting.append(senders.submit(send, request_of(spans)))
        for one in waiting:
            one.result()


def within(owner: Owner, first: int, end: int) -> Any:
    """The overview of some days of the month, counted from 0."""
    from_ms, to_ms = ((OCTOBER_NS + day * DAY_NS) // 1_000_000 for day in (first, end))
    return owner.ask("GET", f"/overview?from={from_ms}&to={to_ms}")[1]


def is_whole(overview: Any) -> bool:
    """Whether all calls are stored and all traces have their sums."""
    calls = sum(row["calls"] for row in overview["models"])
    traces: int = overview["totals"]["traces"]
    return calls == CALLS and traces == REQUESTS * TRACES


def told(overview: Any) -> dict[Who, int]:
    return {(row["provider"], row["model"]): cents(row["cost"]) for row in overview["models"]}


def test_a_month_adds_up_to_the_cent_and_again_at_agreed_prices(tmp_path: Path) -> None:
    clerk = Clerk()
    with serving(tmp_path / "data") as server:
        owner = Owner(server, "default")
        send_the_month(owner, clerk)
        whole = until(lambda: is_whole(one := within(owner, 0, 31)) and one, 240)
        days = {day: cents(within(owner, day, day + 1)["totals"]["cost"]) for day in range(31)}
        owner.put("mistral-large-4", AGREED)
        _, begun = owner.ask("POST", "/prices/reprice", {})
        path = f"/prices/reprice/{begun['id']}"
        job = until(lambda: (one := owner.ask("GET", path)[1])["state"] == "done" and one, 240)
        after = within(owner, 0, 31)

    billed = {who: billed_cents(amount) for who, amount in clerk.by_model.items()}
    assert told(whole) == billed
    assert whole["totals"]["unpriced_calls"] == 0
    assert cents(whole["totals"]["cost"]) == billed_cents(sum(clerk.by_model.values()))
    assert days == {day: billed_cents(amount) for day, amount in clerk.by_day.items()}
    assert told(after) == billed | {("mistral_ai", "mistral-large-4"): billed_cents(clerk.agreed)}
    assert [(one["model"], cents(one["new_total"])) for one in job["models"]] == [
        ("mistral-large-4", billed_cents(clerk.agreed))
    ]
    assert job["spans"] == CALLS
