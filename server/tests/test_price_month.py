"""A month of 100 000 calls to five providers, with a change of price in it, against a bill kept by somebody else.

The bill is kept in fractions of a dollar from the price sheet below, by a clerk who counts each class apart and never
sees inclusive counts; the product gets the inclusive counts that providers report.
"""

import random
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from clearspan_server.ingest.price import price, set_cost
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.model.span import Span
from clearspan_server.store.columns import to_batch
from reading import Reader, span

CALLS = 100_000
DAY_NS = 86_400 * 10**9
JUNE_NS = int(datetime(2025, 6, 1, tzinfo=UTC).timestamp()) * 10**9
CHANGE_NS = JUNE_NS + 9 * DAY_NS  # on June 10th o3 became cheaper
LONG = 200_000
IN_BATCH = 20_000

# US dollars a million; `@` what holds from the change on, `>` above 200 000 tokens of input.
SHEET = {
    ("openai", "o3"): "fresh 10, read 0.50, out 40, fresh@ 2, read@ 0.50, out@ 8",
    ("openai", "gpt-4o-mini"): "fresh 0.15, read 0.075, out 0.60",
    ("anthropic", "claude-sonnet-4-5"): "fresh 3, read 0.30, write 3.75, write_1h 6, out 15,"
    " fresh> 6, read> 0.60, write> 7.50, write_1h> 12, out> 22.50",
    ("anthropic", "claude-haiku-4-5"): "fresh 1, read 0.10, write 1.25, write_1h 2, out 5",
    ("gcp.gemini", "gemini-2.5-pro"): "fresh 1.25, read 0.125, out 10,"
    " fresh> 2.50, read> 0.25, out> 15",
    ("gcp.gemini", "gemini-2.5-flash"): "fresh 0.30, audio 1, out 2.50",
    ("aws.bedrock", "us.amazon.nova-pro-v1:0"): "fresh 0.80, read 0.20, out 3.20",
    ("mistral_ai", "mistral-large-latest"): "fresh 2, out 6",
}
RATES = {
    who: {name: Fraction(rate) for name, rate in (one.split() for one in sheet.split(","))}
    for who, sheet in SHEET.items()
}


def bill(who: tuple[str, str], used: Mapping[str, int], start_ns: int) -> Fraction:
    """What the clerk writes down for a call."""
    sheet = RATES[who]
    given = sum(count for name, count in used.items() if name != "out")
    total = Fraction(0)
    for name, count in used.items():
        rate = sheet[name]
        if start_ns >= CHANGE_NS and f"{name}@" in sheet:
            rate = sheet[f"{name}@"]
        if given > LONG and f"{name}>" in sheet:
            rate = sheet[f"{name}>"]
        total += count * rate / 1_000_000
    return total


def reported(who: tuple[str, str], used: Mapping[str, int], start_ns: int, number: int) -> Span:
    """The same call as its provider reports it: what was cached and what was heard are inside the input."""
    made = span(number, kind="llm", start_ns=start_ns, name="call")
    made.provider, made.response_model = who
    made.input_tokens = sum(count for name, count in used.items() if name != "out")
    made.output_tokens = used["out"]
    written = used.get("write", 0) + used.get("write_1h", 0)
    made.cache_read_tokens = used.get("read")
    made.cache_write_tokens = written if "write" in RATES[who] else None
    made.audio_input_tokens = used.get("audio")
    if "write_1h" in used:
        made.usage_other = {"cache_write_1h_tokens": used["write_1h"]}
    return made


def month(chance: random.Random) -> Iterator[tuple[tuple[str, str], dict[str, int], int]]:
    """Whom each call went to, what it used class by class, and when."""
    models = list(RATES)
    for _ in range(CALLS):
        who = chance.choice(models)
        scale = chance.choice((100, 3_000, 60_000, 150_000))
        used = {
            name: chance.randrange(scale)
            for name in RATES[who]
            if name[-1] not in "@>" and (name in ("fresh", "out") or chance.random() < 0.6)
        }
        yield who, used, JUNE_NS + chance.randrange(30 * DAY_NS)


def cents(amount: Decimal | Fraction) -> int:
    return round(Fraction(amount) * 100)


def test_a_month_adds_up_to_the_cent(reader: Reader) -> None:
    clerk: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    before: Fraction = Fraction(0)
    spans: list[Span] = []
    for number, (who, used, start_ns) in enumerate(month(random.Random(4)), 1):
        called = reported(who, used, start_ns, number)
        called.project = reader.project
        owed = bill(who, used, start_ns)
        clerk[who] += owed
        before += owed if start_ns < CHANGE_NS else 0
        set_cost(called, price(called, LIST_ONLY))
        spans.append(called)
        if len(spans) == IN_BATCH or number == CALLS:
            batch = pa.Table.from_batches([to_batch(spans)])
            reader.engine.insert("spans", batch, token=uuid.uuid4().hex)
            spans.clear()

    whole = reader.get("/overview", from_="2025-06-01T00:00:00Z", to="2025-07-01T00:00:00Z")
    early = reader.get("/overview", from_="2025-06-01T00:00:00Z", to="2025-06-10T00:00:00Z")

    told = {(row["provider"], row["model"]): cents(Decimal(row["cost"])) for row in whole["models"]}
    assert told == {who: cents(amount) for who, amount in clerk.items()}
    assert cents(Decimal(whole["totals"]["cost"])) == cents(sum(clerk.values(), Fraction(0)))
    assert cents(Decimal(early["totals"]["cost"])) == cents(before)
    assert sum(row["calls"] for row in whole["models"]) == CALLS
    assert whole["totals"]["unpriced_calls"] == 0
    assert len({provider for provider, _ in told}) == 5
