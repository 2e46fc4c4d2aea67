"""The playground: what a recorded call asked, asked again of several models at once."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asking import bearer, make_key
from chatting import CHAT_PATH, Talker
from passing import OPEN_STREAM, Passing, chunk, event
from running import settle, until
from sending import PROTOBUF, post, request_of, span
from simulated import Json

JSON = {"content-type": "application/json"}
CAPTURES = Path(__file__).parent / "captures"
# One recording of a model call with tools, or with several messages, of each client that has such.
BODIES = [
    next(iter([*sorted(folder.glob("*tool*.traces.bin")), *sorted(folder.glob("*.traces.bin"))]))
    for folder in sorted(CAPTURES.iterdir())
    if any(folder.glob("*.traces.bin"))
]
TOOL = {
    "name": "find_order",
    "description": "Finds an order.",
    "parameters": {
        "type": "object",
        "properties": {"order_id": {"type": "string"}},
        "required": ["order_id"],
    },
}
HELLO: list[Json] = [{"role": "user", "parts": [{"type": "text", "content": "Hello?"}]}]


@pytest.fixture
def talker(passing: Passing) -> Talker:
    return Talker(passing)


def run(talker: Talker, **asked: Any) -> Json:
    """Begin a run."""
    told = talker.ask("POST", "/playground-runs", {"messages": HELLO} | asked)
    assert told.status == 202, told.body
    found: Json = told.body
    return found


def finished(talker: Talker, begun: Json) -> Json:
    """The run when all its calls are over."""

    def over() -> Json | None:
        found: Json = talker.ask("GET", f"/playground-runs/{begun['id']}").body
        return found if found["is_finished"] else None

    found: Json = until(over)
    return found


def sent(body: Json) -> Json:
    """What of a request to a provider stands for what was asked."""
    return {name: body.get(name) for name in ("messages", "tools", "temperature", "model")}


@pytest.fixture(scope="module")
def captured(passing: Passing) -> dict[str, list[tuple[str, Json]]]:
    """The model calls of the recordings with the projects in which they are, by client."""
    projects = {body: f"play-{uuid.uuid4().hex}" for body in BODIES}
    for body, project in projects.items():
        sent = body.read_bytes()
        headers = JSON if sent.startswith(b"{") else PROTOBUF
        headers = headers | {"x-clearspan-project": project}
        status, said = post(passing.server.url, "/v1/traces", sent, headers)
        assert status == 200, said
    settle(passing.server)
    found = {}
    for body, project in projects.items():
        where = f"/api/v1/spans?project={project}&limit=50&filter=kind:llm&from=2020-01-01"
        spans = passing.server.get(where)["spans"]
        found[body.parent.name] = [(project, one) for one in spans]
    return found


@pytest.mark.parametrize("client", [body.parent.name for body in BODIES])
def test_a_call_that_any_client_recorded_is_asked_again(
    talker: Talker, captured: dict[str, list[tuple[str, Json]]], client: str
) -> None:
    assert captured[client], f"{client} has no model call"
    for project, one in captured[client]:
        talker.project = project
        ids = {"trace_id": one["trace_id"], "span_id": one["span_id"]}
        request = talker.ask("GET", "/playground-request", **ids).body
        if not request[
            "messages"
        ]:  # of a client that was told to keep no contents, or of a failed call
            assert one["input_preview"] == "", one
            assert "no messages are recorded of this call" in request["missing"]
            continue

        told = {name: request[name] for name in ("messages", "tools", "parameters")}
        begun = run(
            talker, **told, targets=[{"provider": "simulated", "model": "gpt-4o"}], origin=ids
        )

        [call] = finished(talker, begun)["calls"]
        assert (call["status"], call["error"]) == ("ok", ""), request
        assert call["text"] or call["tool_calls"]


def test_the_request_of_a_call_through_the_gateway_is_the_one_that_was_sent(talker: Talker) -> None:
    body = {
        "model": "gpt-4o",
        "temperature": 0.25,
        "stream": True,
        "tools": [{"type": "function", "function": TOOL}],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Where is A-1042?"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "find_order", "arguments": '{"order_id": "A-1042"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "shipped"},
            {"role": "user", "content": "And when does it come?"},
        ],
    }
    talker.scripted("Soon.").all()
    talker.passing.ask(CHAT_PATH, body, x_clearspan_project=talker.project)
    [recorded] = talker.passing.spans(talker.project)
    ids = {"trace_id": recorded["trace_id"], "span_id": recorded["span_id"]}

    request = talker.ask("GET", "/playground-request", **ids).body
    talker.scripted("Soon.").all()
    told = {name: request[name] for name in ("messages", "tools", "parameters")}
    begun = run(talker, **told, targets=[{"provider": "raw", "model": "gpt-4o"}], origin=ids)
    [call] = finished(talker, begun)["calls"]

    assert (request["provider"], request["model"]) == ("raw", "gpt-4o")
    assert (request["is_whole"], request["missing"]) == (True, [])
    assert call["text"] == "Soon."
    again, first = sent(talker.asked()), sent(body)
    arguments = again["messages"][2]["tool_calls"][0]["function"]
    arguments["arguments"] = json.loads(arguments["arguments"])
    expected = first["messages"][2]["tool_calls"][0]["function"]
    expected["arguments"] = json.loads(expected["arguments"])
    again["messages"][2].setdefault("content", None)
    assert again == first
    spans = talker.passing.spans(talker.project)
    [new] = [one for one in spans if one["trace_id"] == call["trace_id"]]
    where = f"/traces/{new['trace_id']}/spans/{new['span_id']}"
    detail = talker.ask("GET", where).body
    assert (detail["feature"], new["session_id"]) == ("playground", begun["id"])
    assert detail["attributes"]["clearspan.origin.trace_id"] == ids["trace_id"]
    assert detail["attributes"]["clearspan.origin.span_id"] == ids["span_id"]


def test_a_text_that_is_longer_than_a_row_holds_comes_whole(talker: Talker) -> None:
    text = "words and " * 150_000
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}
    talker.scripted("Long.").all()
    talker.passing.ask(CHAT_PATH, body, x_clearspan_project=talker.project)
    [recorded] = talker.passing.spans(talker.project)
    ids = {"trace_id": recorded["trace_id"], "span_id": recorded["span_id"]}

    request = talker.ask("GET", "/playground-request", **ids).body

    assert request["messages"][0]["parts"][0]["content"] == text
    assert request["is_whole"] is True
    talker.scripted("Long.").all()
    begun = run(
        talker,
        messages=request["messages"],
        targets=[{"provider": "raw", "model": "gpt-4o"}],
    )
    [call] = finished(talker, begun)["calls"]
    assert call["text"] == "Long."
    assert talker.asked()["messages"][0]["content"] == text


def test_several_models_are_asked_several_times_at_once_and_one_that_fails_leaves_the_others(
    talker: Talker,
) -> None:
    script = talker.scripted("one ", "two")
    targets = [
        {"provider": "raw", "model": "gpt-4o"},
        {"provider": "closed", "model": "gpt-4o"},
        {"provider": "simulated", "model": "gpt-4o-mini"},
    ]
    before = len(talker.passing.provider.seen.get(CHAT_PATH, []))

    begun = run(talker, targets=targets, repeat=3)
    until(lambda: len(talker.passing.provider.seen.get(CHAT_PATH, [])) == before + 3)
    script.let_go(9)
    found = finished(talker, begun)

    assert [one["number"] for one in begun["calls"]] == list(range(1, 10))
    by_provider: dict[str, list[Json]] = {}
    for one in found["calls"]:
        by_provider.setdefault(one["provider"], []).append(one)
    assert [one["text"] for one in by_provider["raw"]] == ["one two"] * 3
    assert {one["status"] for one in by_provider["closed"]} == {"error"}
    assert all(one["error"].startswith("502: ") for one in by_provider["closed"])
    assert {one["status"] for one in by_provider["simulated"]} == {"ok"}
    assert len({one["trace_id"] for one in found["calls"]}) == 9

    def figures() -> Json | None:
        now = finished(talker, begun)
        return now if all(one["figures"] for one in now["calls"]) else None

    told = until(figures)
    assert (told["totals"]["requests"], told["totals"]["errors"]) == (9, 3)


def test_events_tell_of_each_call_and_go_on_where_a_reader_was(talker: Talker) -> None:
    script = talker.scripted("one ", "two")
    begun = run(talker, targets=[{"provider": "raw", "model": "gpt-4o"}], repeat=2)
    path = f"/playground-runs/{begun['id']}/events"
    script.let_go(6)

    told = list(talker.events(path))
    rest = list(talker.events(path, after=told[0].number))

    for number in (1, 2):
        texts = [one for one in told if one.kind == "text" and one.data["call"] == number]
        assert "".join(one.data["text"] for one in texts) == "one two"
    dones = [one.data for one in told if one.kind == "done"]
    assert {(one["call"], one["status"], one["text"]) for one in dones} == {
        (1, "ok", "one two"),
        (2, "ok", "one two"),
    }
    assert all(one["duration_ns"] >= one["first_token_ns"] > 0 for one in dones)
    assert (told[-1].kind, told[-1].data) == ("finished", {"id": begun["id"]})
    assert rest[-1].number == told[-1].number
    assert rest[0].number > told[0].number


def test_a_stop_ends_what_is_under_way_and_leaves_what_is_done(talker: Talker) -> None:
    talker.scripted("never")
    targets = [{"provider": "raw", "model": "m"}, {"provider": "simulated", "model": "gpt-4o"}]
    begun = run(talker, targets=targets)
    path = f"/playground-runs/{begun['id']}"
    until(lambda: talker.ask("GET", path).body["calls"][1]["status"] == "ok")

    assert talker.ask("POST", f"{path}/stop").status == 204

    found = talker.ask("GET", path).body
    assert [one["status"] for one in found["calls"]] == ["stopped", "ok"]
    assert found["is_finished"] is True
    assert talker.ask("POST", f"{path}/stop").status == 204


def test_a_tool_that_is_called_is_told_with_its_arguments(talker: Talker) -> None:
    def script() -> Iterator[bytes]:
        first = {"index": 0, "id": "call_9", "function": {"name": "find_order", "arguments": "{"}}
        second = {"index": 0, "function": {"arguments": '"order_id": "A-1042"}'}}
        yield OPEN_STREAM + event("Let me see.")
        for piece in (first, second):
            yield _said([{"index": 0, "delta": {"tool_calls": [piece]}}])
        yield _said([{"index": 0, "delta": {}, "finish_reason": "tool_calls"}])
        yield chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"

    talker.passing.provider.on(CHAT_PATH, script)
    targets = [{"provider": "raw", "model": "gpt-4o"}]
    begun = run(talker, tools=[TOOL], targets=targets)

    told = list(talker.events(f"/playground-runs/{begun['id']}/events"))

    [called] = [one.data for one in told if one.kind == "tool_call"]
    assert called == {
        "call": 1,
        "tool_call": {"id": "call_9", "name": "find_order", "arguments": '{"order_id": "A-1042"}'},
    }
    [done] = [one.data for one in told if one.kind == "done"]
    assert (done["finish_reason"], done["tool_calls"]) == ("tool_calls", [called["tool_call"]])
    assert talker.asked()["tools"] == [{"type": "function", "function": TOOL}]


def _said(choices: list[Json]) -> bytes:
    told = {"id": "chatcmpl-1", "model": "gpt-4o", "choices": choices}
    return chunk(f"data: {json.dumps(told)}\n\n".encode())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"targets": []}, "targets"),
        ({"targets": [{"provider": "simulated", "model": "m"}] * 7}, "targets"),
        ({"targets": [{"provider": "nobody", "model": "m"}]}, "'nobody'"),
        ({"repeat": 11}, "repeat"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "parts": "x"}]}, "parts"),
        ({"messages": [{"role": "poet", "parts": []}]}, "'poet'"),
        ({"origin": {"trace_id": "x", "span_id": "y"}}, "origin"),
        ({"tools": [{"name": ""}]}, "tools"),
    ],
)
def test_a_run_that_cannot_be_asked_is_refused_with_what_is_wrong(
    talker: Talker, body: Json, says: str
) -> None:
    whole = {"messages": HELLO, "targets": [{"provider": "simulated", "model": "gpt-4o"}]}

    answer = talker.ask("POST", "/playground-runs", whole | body)

    assert answer.status == 400
    assert says in answer.says


def test_only_calls_of_models_of_the_project_can_be_asked_again(talker: Talker) -> None:
    made = span("a step", {})
    headers = PROTOBUF | {"x-clearspan-project": talker.project}
    post(talker.server.url, "/v1/traces", request_of([made]), headers)
    settle(talker.server)
    ids = {"trace_id": made.trace_id.hex(), "span_id": made.span_id.hex()}
    begun = run(talker, targets=[{"provider": "simulated", "model": "gpt-4o"}])
    finished(talker, begun)
    other = Talker(talker.passing)
    path = f"/playground-runs/{begun['id']}"

    no_call = talker.ask("GET", "/playground-request", **ids)
    elsewhere = other.ask("GET", "/playground-request", **ids)
    routes = [("GET", path), ("GET", f"{path}/events"), ("POST", f"{path}/stop")]

    assert no_call.status == 400
    assert "only calls of models" in no_call.says
    assert elsewhere.status == 404
    assert {other.ask(*route).status for route in routes} == {404}
    nobody = Talker(talker.passing, {})
    reader = Talker(talker.passing, bearer(make_key(talker.server, talker.project, "read")))
    wanted = {"messages": HELLO, "targets": [{"provider": "simulated", "model": "gpt-4o"}]}
    assert nobody.ask("POST", "/playground-runs", wanted).status == 401
    assert reader.ask("POST", "/playground-runs", wanted).status == 403
