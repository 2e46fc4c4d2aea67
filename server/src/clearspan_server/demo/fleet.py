"""The model server that the demo's shop runs beside the models it rents: two GPUs, a queue and a cache.

What it tells follows from the time alone. Whoever asks twice for the same minutes hears the same, so that a demo that
is started again does not tell of another hour.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Json = dict[str, object]

SLOT_S = 15  # as often as one would read a model server

_SERVICE, _HOST, _MODEL = "vllm", "gpu-1", "llama-3.3-70b"
_GPUS = 2
_MOST_RUNNING = 24
_BOUNDS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
_WAVES_S = ((1_800, 0.22), (420, 0.1))  # how long, and how high
_RUSH_SLOTS = 12  # three minutes in which the queue grows, now and then
_RUSHES = 0.12


@dataclass(slots=True, frozen=True)
class Reading:
    """What the server told at the end of a slot."""

    at_s: int
    running: int
    waiting: int
    cache: float
    gpus: Sequence[float]  # utilisation, in percent
    memory: Sequence[float]  # GB
    prompt_tokens: int
    generated_tokens: int
    first_tokens: Sequence[float]  # seconds that requests of the slot waited for theirs


def reading(at_s: int) -> Reading:
    """The reading of the slot that ends at a multiple of `SLOT_S`."""
    draw = random.Random(at_s)  # noqa: S311 - a script, no secret
    rush = random.Random(at_s // (SLOT_S * _RUSH_SLOTS))  # noqa: S311 - as above
    load = 0.5 + sum(high * math.sin(2 * math.pi * at_s / long) for long, high in _WAVES_S)
    load += draw.uniform(-0.04, 0.04) + (0.35 if rush.random() < _RUSHES else 0.0)
    running = max(1, min(_MOST_RUNNING, round(_MOST_RUNNING * load)))
    waiting = max(0, round(40 * (load - 0.8)))
    slowed = 0.06 + 0.03 * load + 0.08 * waiting
    return Reading(
        at_s=at_s,
        running=running,
        waiting=waiting,
        cache=round(min(0.99, 0.12 + 0.8 * running / _MOST_RUNNING), 3),
        gpus=[round(min(100, 30 + 62 * load + draw.uniform(-5, 5)), 1) for _ in range(_GPUS)],
        memory=[round(61 + 12 * running / _MOST_RUNNING + gpu / 2, 2) for gpu in range(_GPUS)],
        prompt_tokens=running * draw.randrange(700, 1_100),
        generated_tokens=running * draw.randrange(420, 560),
        first_tokens=[draw.lognormvariate(math.log(slowed), 0.4) for _ in range(running)],
    )


def metrics(from_s: int, to_s: int) -> Json:
    """An OTLP request of all slots that end after a moment, up to another one."""
    first = from_s // SLOT_S + 1
    told = [reading(slot * SLOT_S) for slot in range(first, to_s // SLOT_S + 1)]
    of_model = {"model_name": _MODEL}
    made: list[Json] = [
        _gauge(
            "vllm:num_requests_running", "{request}", [(one, of_model, one.running) for one in told]
        ),
        _gauge(
            "vllm:num_requests_waiting", "{request}", [(one, of_model, one.waiting) for one in told]
        ),
        _gauge("vllm:kv_cache_usage_perc", "1", [(one, of_model, one.cache) for one in told]),
        _counter("vllm:prompt_tokens_total", [(one, of_model, one.prompt_tokens) for one in told]),
        _counter(
            "vllm:generation_tokens_total", [(one, of_model, one.generated_tokens) for one in told]
        ),
        _waits("vllm:time_to_first_token_seconds", told, of_model),
    ]
    for name, unit, field in (
        ("DCGM_FI_DEV_GPU_UTIL", "%", "gpus"),
        ("DCGM_FI_DEV_FB_USED", "GBy", "memory"),
    ):
        points = [
            (one, {"gpu": str(gpu), "Hostname": _HOST}, getattr(one, field)[gpu])
            for one in told
            for gpu in range(_GPUS)
        ]
        made.append(_gauge(name, unit, points))
    named = {"service.name": _SERVICE, "service.instance.id": f"{_HOST}:8000", "host.name": _HOST}
    scopes = [{"scope": {"name": "demo"}, "metrics": made}]
    resource = {"attributes": attributes(named)}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": scopes}]}


def attributes(values: Mapping[str, object]) -> list[Json]:
    """OTLP's form of some names with their values."""
    return [{"key": key, "value": {"stringValue": str(value)}} for key, value in values.items()]


_Points = Sequence[tuple[Reading, Mapping[str, object], float]]


def _gauge(name: str, unit: str, points: _Points) -> Json:
    told = [_point(one, labels) | {"asDouble": value} for one, labels, value in points]
    return {"name": name, "unit": unit, "gauge": {"dataPoints": told}}


def _counter(name: str, points: _Points) -> Json:
    told = [
        _point(one, labels) | {"startTimeUnixNano": _ns(one.at_s - SLOT_S), "asDouble": value}
        for one, labels, value in points
    ]
    data = {"dataPoints": told, "aggregationTemporality": 1, "isMonotonic": True}
    return {"name": name, "unit": "{token}", "sum": data}


def _waits(name: str, told: Sequence[Reading], labels: Mapping[str, object]) -> Json:
    points = []
    for one in told:
        counts = [0] * (len(_BOUNDS) + 1)
        for wait_s in one.first_tokens:
            counts[sum(bound < wait_s for bound in _BOUNDS)] += 1
        spread = {
            "startTimeUnixNano": _ns(one.at_s - SLOT_S),
            "count": str(len(one.first_tokens)),
            "sum": sum(one.first_tokens),
            "explicitBounds": list(_BOUNDS),
            "bucketCounts": [str(count) for count in counts],
        }
        points.append(_point(one, labels) | spread)
    return {
        "name": name,
        "unit": "s",
        "histogram": {"dataPoints": points, "aggregationTemporality": 1},
    }


def _point(one: Reading, labels: Mapping[str, object]) -> Json:
    return {"timeUnixNano": _ns(one.at_s), "attributes": attributes(labels)}


def _ns(at_s: int) -> str:
    return str(at_s * 10**9)
