"""What the Python client of xtrace offers: calls of a wrapped client of OpenAI, points of metrics, and questions.

Prints what it got as JSON; the address and the key are in the environment, as its documentation has them.
"""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from openai import OpenAI
from xtrace_sdk import XTraceClient, observe_openai

WAIT_S = 30.0
LOOK_S = 0.1  # between two looks
MODEL, METRIC = "gpt-4o-mini", "queue_depth"


def until(condition: Callable[[], bool]) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"did not happen within {WAIT_S} s")
        time.sleep(LOOK_S)


xtrace = XTraceClient()
model = observe_openai(
    OpenAI(base_url=f"{os.environ['SIMULATOR_URL']}/v1", api_key="simulated"),
    xtrace=xtrace,
    name="support",
    user_id="alice",
    session_id="sess-7",
    tags=["demo"],
    metadata={"turn_id": "turn-7"},
)


def asked(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


whole = model.chat.completions.create(model=MODEL, messages=asked("Where is my order A-1042?"))
pieces = model.chat.completions.create(
    model=MODEL,
    messages=asked("Tell me a story."),
    stream=True,
    stream_options={"include_usage": True},
)
texts = [
    whole.choices[0].message.content,
    "".join(one.choices[0].delta.content or "" for one in pieces if one.choices),
]

minute = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
points = [
    {
        "name": METRIC,
        "value": value,
        "labels": {"node": node},
        "timestamp": minute + timedelta(seconds=second),
    }
    for node, values in (("a", (1, 2, 6)), ("b", (10,)))
    for second, value in enumerate(values)
]
pushed = xtrace.push_metrics(points)
until(lambda: METRIC in xtrace.metrics_names())
window = {"from_ts": minute, "to_ts": minute + timedelta(minutes=1), "step": "1m"}
until(lambda: len(xtrace.metrics_query(name=METRIC, labels={"node": "b"}, **window)["data"]) == 1)
found = {
    agg: xtrace.metrics_query(name=METRIC, labels={"node": "a"}, agg=agg, **window)["data"]
    for agg in ("avg", "max", "sum")
}
until(lambda: xtrace.sent_batches + xtrace.failed_batches >= len(texts))
xtrace.shutdown()
print(
    json.dumps(
        {
            "texts": texts,
            "pushed": pushed,
            "found": found,
            "lost": xtrace.failed_batches + xtrace.dropped_events,
        }
    )
)
