"""The simulator's cache of what a request marks, as the official `anthropic` client sees it."""

import json
from collections.abc import Iterator

import anthropic
import httpx2
import pytest
from anthropic.types import Message

from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings

FAST = SimulatorSettings(ttft_ms=0, tokens_per_s=0, clock=lambda: 1_790_000_000.0)
HEADERS = {"anthropic-version": "2026-10-21", "authorization": "Bearer none needed"}
RULES = "Be brief. " * 600
ASK: dict[str, object] = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 500,
    "messages": [{"role": "user", "content": "Where is my order A-1042?"}],
}


@pytest.fixture
def url() -> Iterator[str]:
    with running(FAST) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=url, api_key="none needed", max_retries=0) as made:
        yield made


def ask(client: anthropic.Anthropic, **more: object) -> Message:
    return client.post("/v1/messages", body=ASK | more, cast_to=Message)


def text_of(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def marked(text: str, ttl: str = "5m") -> dict[str, object]:
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}


def cache_tokens(message: Message) -> tuple[int | None, int, int]:
    """Read, written for five minutes, written for an hour."""
    written = message.usage.cache_creation
    assert written is not None
    return (
        message.usage.cache_read_input_tokens,
        written.ephemeral_5m_input_tokens,
        written.ephemeral_1h_input_tokens,
    )


def total_input(message: Message) -> int:
    usage = message.usage
    read, written = usage.cache_read_input_tokens, usage.cache_creation_input_tokens
    return usage.input_tokens + (read or 0) + (written or 0)


def test_nothing_is_cached_that_is_not_marked(client: anthropic.Anthropic) -> None:
    replies = [ask(client, system=RULES), ask(client, system=RULES)]

    assert [cache_tokens(reply) for reply in replies] == [(0, 0, 0), (0, 0, 0)]


def test_a_marked_prompt_is_written_once_and_read_again(client: anthropic.Anthropic) -> None:
    first, second = (ask(client, system=[marked(RULES)]) for _ in range(2))

    size = (len("<system>") + len(RULES)) // 4
    assert cache_tokens(first) == (0, size, 0)
    assert cache_tokens(second) == (size, 0, 0)
    assert first.usage.input_tokens == second.usage.input_tokens > 0


def test_marking_changes_no_total(client: anthropic.Anthropic) -> None:
    plain = ask(client, system=RULES)
    cached = ask(client, system=[marked(RULES)])

    assert total_input(plain) == total_input(cached)


def test_writing_is_told_apart_by_its_lifetime(client: anthropic.Anthropic) -> None:
    letter = [marked("A long letter. " * 400), {"type": "text", "text": "So?"}]
    said = {"role": "user", "content": letter}

    reply = ask(client, system=[marked(RULES, "1h")], messages=[said])

    read, five_minutes, hour = cache_tokens(reply)
    assert read == 0
    assert hour == 1502
    assert 1500 <= five_minutes <= 1503


def test_a_conversation_that_moves_its_mark_reads_what_came_before(
    client: anthropic.Anthropic,
) -> None:
    opening = {"role": "user", "content": [marked(RULES)]}
    first = ask(client, messages=[opening])
    before = {"role": "user", "content": [{"type": "text", "text": RULES}]}
    answered = {"role": "assistant", "content": text_of(first)}
    again = {"role": "user", "content": [marked("And where is it now?")]}

    second = ask(client, messages=[before, answered, again])

    _, written, _ = cache_tokens(first)
    read, written_more, _ = cache_tokens(second)
    assert read == written
    assert 0 < written_more < 200


def test_a_prompt_that_goes_on_within_its_block_is_not_read(client: anthropic.Anthropic) -> None:
    ask(client, system=[marked(RULES)])

    longer = ask(client, system=[marked(RULES + "And kind.")])

    assert cache_tokens(longer)[0] == 0


def test_a_mark_for_the_whole_request_marks_its_end(client: anthropic.Anthropic) -> None:
    reply = ask(client, system=RULES, cache_control={"type": "ephemeral"})

    assert reply.usage.input_tokens < 5
    assert cache_tokens(reply)[1] > 1500


def test_haiku_caches_nothing_below_4096_tokens(client: anthropic.Anthropic) -> None:
    short, long = (
        ask(client, model="claude-haiku-4-5", system=[marked(RULES * times)]) for times in (1, 3)
    )

    assert cache_tokens(short) == (0, 0, 0)
    assert cache_tokens(long)[1] == 4502


def test_the_cache_forgets_after_five_minutes_without_use_or_an_hour() -> None:
    now_s = [0.0]
    settings = SimulatorSettings(ttft_ms=0, tokens_per_s=0, clock=lambda: now_s[0])
    read = []
    with (
        running(settings) as url,
        anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client,
    ):
        for ttl, at_s in (("5m", 0), ("5m", 299), ("5m", 598), ("5m", 900), ("1h", 9e3)):
            now_s[0] = at_s
            read.append(cache_tokens(ask(client, system=[marked(RULES, ttl)]))[0])
        now_s[0] += 3599
        read.append(cache_tokens(ask(client, system=[marked(RULES)]))[0])

    assert read == [0, 1502, 1502, 0, 0, 1502]


def test_a_stream_reports_cached_tokens_at_both_ends(url: str, client: anthropic.Anthropic) -> None:
    body = ASK | {"system": [marked(RULES)], "stream": True}
    ask(client, system=[marked(RULES)])

    with httpx2.stream("POST", f"{url}/v1/messages", json=body, headers=HEADERS) as reply:
        lines = [line for line in reply.iter_lines() if line.startswith("data: ")]

    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert events[0]["message"]["usage"]["cache_read_input_tokens"] == 1502
    assert events[-2]["usage"]["cache_read_input_tokens"] == 1502


def test_the_bill_tells_what_was_written_to_the_cache(
    url: str, client: anthropic.Anthropic
) -> None:
    reply = ask(client, system=[marked(RULES, "1h")])

    (call,) = httpx2.get(f"{url}/bill").json()["calls"]
    assert call["model"] == "claude-sonnet-4-5-20250929"
    assert call["usage"]["input"] == total_input(reply)
    assert call["cache_written"] == {"5m": 0, "1h": 1502}
