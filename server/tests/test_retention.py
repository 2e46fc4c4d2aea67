"""Retention and thinning: what is too old goes, what matters stays, and history stays the same to the last digit."""

import time
import uuid
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from asking import Client
from clearspan_server.api.window import rfc3339
from clearspan_server.jobs.retention import turns
from clearspan_server.model.retention import Policy, Rule, Thinning
from removing import done, send
from running import Server, until
from sending import request_of, span

HOUR_S, DAY_S = 3_600, 86_400
NOW_S = int(time.time()) // HOUR_S * HOUR_S
PLAIN = 40


@pytest.fixture
def ask(server: Server) -> Client:
    """A project of its own."""
    return Client(server, f"p-{uuid.uuid4().hex}")


def sent(days_ago: float, took_s: float = 1.0, **told: object) -> Any:
    one = span("answer", {"gen_ai.usage.input_tokens": 7, "gen_ai.request.model": "gpt-4o"})
    one.start_time_unix_nano = int((NOW_S - days_ago * DAY_S + 60) * 1e9)
    one.end_time_unix_nano = one.start_time_unix_nano + int(took_s * 1e9)
    if told.get("failed"):
        one.status.code = Status.STATUS_CODE_ERROR
    return one


def listed(ask: Client) -> set[str]:
    path = "/traces?from=1000000000000&limit=200"
    return {row["trace_id"] for row in ask("GET", path)[1]["traces"]}


def history(ask: Client) -> Any:
    """Overview and Cost of the last 60 days, without what tells when they were asked for."""
    since, until_ = (rfc3339(one * 10**9) for one in (NOW_S - 60 * DAY_S, NOW_S - DAY_S))
    found = []
    for path in ("overview?", "cost?by=model&"):
        status, body = ask("GET", f"/{path}from={since}&to={until_}")
        assert status == 200, body
        found.append({name: value for name, value in body.items() if name != "origin"})
    return found


def is_summed(ask: Client, traces: int) -> bool:
    _, found = ask("GET", "/rollups?by=hour&from=1000000000000")
    return bool(sum(row["spans"] for row in found["rows"]) == traces)


def test_thinning_keeps_what_matters_and_a_share_and_history_to_the_last_digit(ask: Client) -> None:
    plain = [sent(10 + number / 24) for number in range(PLAIN)]
    failed, slow = sent(10, failed=True), sent(11, took_s=30)
    scored, marked, noted = sent(12), sent(12.5), sent(13)
    new, old = sent(0.1), sent(40)
    everything = [*plain, failed, slow, scored, marked, noted, new, old]
    send(ask, "/v1/traces", request_of(everything))
    until(lambda: len(listed(ask)) == len(everything))
    ids = {
        name: one.trace_id.hex() for name, one in zip("fslmnwo", everything[PLAIN:], strict=True)
    }
    ask("POST", "/scores", {"name": "thumbs", "value": 1, "trace_id": ids["l"]})
    ask("PUT", f"/traces/{ids['m']}/bookmark")
    ask("POST", f"/traces/{ids['n']}/comments", {"text": "look"})
    policy = {"days": 30, "thinning": {"after_days": 5, "share": 0.25, "slow_ms": 10_000}}
    assert ask("PUT", "/retention", policy)[0] == 200
    until(lambda: len(ask("GET", f"/scores?trace_id={ids['l']}")[1]["scores"]) == 1)
    until(lambda: is_summed(ask, len(everything)), 120)
    before = history(ask)

    preview = done(ask, "retention/turns", ask("POST", "/retention/turns", {"preview": True})[1])
    untouched = len(listed(ask))
    turn = done(ask, "retention/turns", ask("POST", "/retention/turns", {})[1])

    left = listed(ask)
    assert untouched == len(everything)
    assert {ids[name] for name in "fslmnw"} <= left
    assert ids["o"] not in left
    assert 1 <= len(left) - 6 < PLAIN / 2
    assert turn["counts"] == preview["counts"]
    assert turn["counts"]["traces"] == len(everything) - len(left)
    assert history(ask) == before
    again = done(ask, "retention/turns", ask("POST", "/retention/turns", {})[1])
    assert again["counts"]["traces"] == 0


def test_the_first_rule_that_a_trace_passes_says_how_long_it_stays() -> None:
    policy = Policy(
        days=30,
        rules=(Rule("status:error", 90), Rule("tag:keep", None), Rule("tag:debug OR env:dev", 3)),
        thinning=Thinning(7, 0.1, 5_000),
    )

    found = turns(policy, NOW_S)

    assert [(turn.filter, (NOW_S - turn.before_s) // DAY_S) for turn in found] == [
        ("(status:error)", 90),
        ("(tag:debug OR env:dev) NOT (status:error) NOT (tag:keep)", 3),
        ("NOT (status:error) NOT (tag:keep) NOT (tag:debug OR env:dev)", 30),
        ("", 7),
    ]


@pytest.mark.parametrize(
    ("policy", "names"),
    [
        ({"days": 0}, "days"),
        ({"rules": [{"filter": "modle:x", "days": 3}]}, "modle"),
        ({"rules": [{"filter": " ", "days": 3}]}, "filter"),
        ({"thinning": {"after_days": 3, "share": 1.5}}, "share"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(
    ask: Client, policy: dict[str, Any], names: str
) -> None:
    status, reply = ask("PUT", "/retention", policy)

    assert status in (400, 422)
    assert names in str(reply)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"by": "user", "value": "  "}, "value"),
        ({"by": "text", "value": "ab"}, "4"),
        ({"by": "trace", "value": "xyz"}, "xyz"),
        ({"by": "planet", "value": "xyz"}, "by"),
    ],
)
def test_an_erasure_of_nothing_sensible_is_refused(
    ask: Client, asked: dict[str, Any], names: str
) -> None:
    status, reply = ask("POST", "/erasures", asked)

    assert status in (400, 422)
    assert names in str(reply)
