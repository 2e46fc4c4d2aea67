"""What recording a model call costs its caller: the vendor's client with a recorder and without.

    python -m bench.calls clearspan|langfuse|logfire

prints microseconds a call as JSON: the calls alone, and with the recorder. The client is OpenAI's, over a transport
that answers from memory; a conversation of ten messages, answered whole and as a stream of sixty pieces.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

import httpx2
import openai

ROUNDS = 15
CALLS_PER_ROUND = 60
MODEL = "gpt-4o-mini"
MESSAGES: list[Any] = [
    {
        "role": "user" if at % 2 == 0 else "assistant",
        "content": f"{at}: where is my parcel? " * 20,
    }
    for at in range(10)
]
USAGE = {"prompt_tokens": 1_210, "completion_tokens": 60, "total_tokens": 1_270}


def _frame(kind: str, choices: list[Any], **more: object) -> dict[str, object]:
    return {"id": "c-1", "object": kind, "created": 1, "model": MODEL, "choices": choices, **more}


def _whole() -> bytes:
    said = {"role": "assistant", "content": "It is on its way. " * 15}
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    return json.dumps(_frame("chat.completion", [choice], usage=USAGE)).encode()


def _streamed() -> bytes:
    kind = "chat.completion.chunk"
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": f" word{at}"} for at in range(58)]
    frames = [
        _frame(kind, [{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas
    ]
    frames.append(_frame(kind, [{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    frames.append(_frame(kind, [], usage=USAGE))
    return b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in frames) + (
        b"data: [DONE]\n\n"
    )


def client(body: bytes, kind: str) -> openai.OpenAI:
    """The vendor's client, answered from memory."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": kind}, content=body)

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    return openai.OpenAI(api_key="k", http_client=http, max_retries=0)


# A recorder is imported when it is measured: some record from their import on.


def _clearspan() -> Callable[[], object]:
    import clearspan  # noqa: PLC0415

    clearspan.init(service="bench", exporters=[_counting().Counting()])
    clearspan.instrument("httpx")
    return clearspan.flush


def _langfuse() -> Callable[[], object]:
    import langfuse.openai  # noqa: PLC0415

    recorder = langfuse.Langfuse(
        public_key="pk-bench",
        secret_key="sk-bench",  # noqa: S106 - of nobody
        span_exporter=_counting().OtelCounting(),
    )
    flush: Callable[[], object] = recorder.flush
    return flush


def _logfire() -> Callable[[], object]:
    import logfire  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    processor = BatchSpanProcessor(_counting().OtelCounting())
    logfire.configure(send_to_logfire=False, console=False, additional_span_processors=[processor])
    logfire.instrument_openai()
    flush: Callable[[], object] = logfire.force_flush
    return flush


def _counting() -> ModuleType:
    return import_module("bench.sdk")


RECORDERS = {"clearspan": _clearspan, "langfuse": _langfuse, "logfire": _logfire}


def calls() -> dict[str, Callable[[], object]]:
    """What is measured: an answer that comes whole, and one that is streamed."""
    whole = client(_whole(), "application/json")
    streamed = client(_streamed(), "text/event-stream")

    def stream() -> None:
        options: Any = {"include_usage": True}
        for _ in streamed.chat.completions.create(
            model=MODEL, messages=MESSAGES, stream=True, stream_options=options
        ):
            pass

    return {
        "whole": lambda: whole.chat.completions.create(model=MODEL, messages=MESSAGES),
        "streamed": stream,
    }


def measured(deliver: Callable[[], object]) -> dict[str, float]:
    """Microseconds a call: the best of the rounds, because the cost is a small difference."""
    found: dict[str, float] = {}
    for name, call in calls().items():
        rounds = []
        for _ in range(ROUNDS):
            begin_ns = time.thread_time_ns()
            for _ in range(CALLS_PER_ROUND):
                call()
            rounds.append((time.thread_time_ns() - begin_ns) / CALLS_PER_ROUND / 1e3)
            deliver()
        found[name] = min(rounds)
    return found


def main() -> None:
    """First without, then with the recorder."""
    alone = measured(lambda: None)
    recorded = measured(RECORDERS[sys.argv[1]]())
    print(json.dumps({"alone": alone, "recorded": recorded}))


if __name__ == "__main__":
    main()
