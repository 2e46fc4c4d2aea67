"""What recording a model call costs its caller: the vendor's client with a recorder and without.

    python -m bench.calls clearspan|langfuse|logfire

prints microseconds a call as JSON: the calls alone, and with the recorder. The client is OpenAI's, over a transport
that answers from memory; a conversation of ten messages, answered whole and as a stream of sixty pieces.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from statistics import median
from types import ModuleType
from typing import Any

import httpx2
import openai

ROUNDS = 41
CALLS_PER_ROUND = 20
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


def timed_round(call: Callable[[], object], deliver: Callable[[], object]) -> float:
    """Microseconds a call, of the caller's thread, in one round."""
    begin_ns = time.thread_time_ns()
    for _ in range(CALLS_PER_ROUND):
        call()
    took_ns = time.thread_time_ns() - begin_ns
    deliver()
    return took_ns / CALLS_PER_ROUND / 1e3


def answer_rounds(recorder: str) -> None:
    """A round of the kind that each line of standard input names, until there are no more."""
    deliver = RECORDERS[recorder]() if recorder in RECORDERS else lambda: None
    known = calls()
    for line in sys.stdin:
        print(timed_round(known[line.strip()], deliver), flush=True)


def main() -> None:
    """Two processes take turns, one without the recorder: what it adds is small, and machines have moods."""
    recorder = sys.argv[1]
    if sys.argv[2:] == ["rounds"]:
        answer_rounds(recorder)
        return
    found: dict[str, dict[str, float]] = {"alone": {}, "recorded": {}}
    with _process("nothing") as alone, _process(recorder) as recorded:
        for name in ("whole", "streamed"):
            pairs = [(_round(alone, name), _round(recorded, name)) for _ in range(ROUNDS)]
            base_us = median(one for one, _ in pairs)
            found["alone"][name] = base_us
            found["recorded"][name] = base_us + median(other - one for one, other in pairs)
    print(json.dumps(found))


def _process(recorder: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bench.calls", recorder, "rounds"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _round(process: "subprocess.Popen[str]", name: str) -> float:
    if process.stdin is None or process.stdout is None:
        raise TypeError("a process without pipes")
    process.stdin.write(name + "\n")
    process.stdin.flush()
    return float(process.stdout.readline())


if __name__ == "__main__":
    main()
