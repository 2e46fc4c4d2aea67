"""Prompts: their versions, labels and who made them; and how each version does in its calls."""

import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from asking import Client
from clearspan_server.model.span import Span
from clearspan_server.query.prompts import VersionFigures, notices
from reading import BASE_NS, SECOND_NS, Reader, span
from running import Server, settle
from sending import PROTOBUF, post, request_of
from sending import span as sent_span

NAME = "support/answer v2 – ü"
OF_PROMPT = f"name={quote(NAME, safe='')}"


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server, f"p-{uuid.uuid4().hex}")


def keep(client: Client, template: object, **more: object) -> int:
    status, made = client("POST", "/prompts", {"name": NAME, "template": template, **more})
    assert status == 201, made
    return int(made["version"])


def history(client: Client) -> list[tuple[int, list[str], str]]:
    status, found = client("GET", f"/prompt-versions?{OF_PROMPT}")
    assert status == 200, found
    return [(one["version"], one["labels"], one["message"]) for one in found["versions"]]


def test_a_label_moves_from_version_to_version_and_goes(client: Client) -> None:
    keep(client, "Answer {{question}}.", labels=["production"], message="first")
    keep(client, [{"role": "system", "content": "Be kind."}], message="kinder")
    before = history(client)

    moved = client("PUT", f"/prompt-labels?{OF_PROMPT}&label=production", {"version": 2})
    after = history(client)
    gone = client("DELETE", f"/prompt-labels?{OF_PROMPT}&label=production")[0]

    assert before == [(2, ["latest"], "kinder"), (1, ["production"], "first")]
    assert (moved[0], moved[1]["kind"]) == (200, "chat")
    assert after == [(2, ["latest", "production"], "kinder"), (1, [], "first")]
    assert (gone, history(client)) == (204, [(2, ["latest"], "kinder"), (1, [], "first")])
    assert client("DELETE", f"/prompt-labels?{OF_PROMPT}&label=production")[0] == 404


def test_versions_go_one_by_one_and_a_prompt_with_its_last(client: Client) -> None:
    keep(client, "one")
    keep(client, "two")

    first = client("DELETE", f"/prompt-versions?{OF_PROMPT}&version=1")[0]
    left = history(client)
    second = client("DELETE", f"/prompt-versions?{OF_PROMPT}")[0]

    assert (first, [version for version, _, _ in left], second) == (204, [2], 204)
    assert client("GET", f"/prompt-versions?{OF_PROMPT}")[0] == 404
    assert client("DELETE", f"/prompt-versions?{OF_PROMPT}")[0] == 404
    assert client("PUT", f"/prompt-labels?{OF_PROMPT}&label=x", {"version": 1})[0] == 404


def test_prompts_are_found_by_words_of_their_names_and_tags_and_by_their_whole_name(
    client: Client,
) -> None:
    for name, tags in (("Greet/new", ["mail", "à la carte"]), ("greet/old", []), ("bye", ["mail"])):
        client("POST", "/prompts", {"name": name, "template": "x", "tags": tags})

    def found(query: str) -> list[str]:
        return [one["name"] for one in client("GET", f"/prompts?{query}")[1]["prompts"]]

    assert found("words=GREET") == ["Greet/new", "greet/old"]
    assert found("words=mail+greet") == ["Greet/new"]
    assert found(f"words={quote('À la')}") == ["Greet/new"]
    assert found("words=greet&tag=mail") == ["Greet/new"]
    assert found("words=nobody") == []
    assert found("name=greet/old") == ["greet/old"]
    assert found("name=greet") == []
    assert client("GET", "/prompts?words=nobody")[1]["tags"] == ["mail", "à la carte"]


def sent(client: Client, version: str, tokens: int) -> None:
    """A call of a version, as the SDK records it."""
    told = {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": tokens,
        "clearspan.prompt.name": NAME,
        "clearspan.prompt.version": version,
    }
    body = request_of([sent_span("chat", told)], service__name="support")
    headers = PROTOBUF | {"x-clearspan-project": client.project}
    assert post(client.server.url, "/v1/traces", body, headers)[0] == 200


def test_a_list_has_the_figures_of_the_newest_versions_alone(client: Client) -> None:
    keep(client, "one")
    keep(client, "two")
    client("POST", "/prompts", {"name": "quiet", "template": "x"})
    for version, tokens in (("1", 7), ("2", 100), ("2", 300)):
        sent(client, version, tokens)
    settle(client.server)

    figures = client("GET", "/prompt-figures?from=-1h")[1]["figures"]

    assert list(figures) == [NAME]
    shown = figures[NAME]
    assert (shown["version"], shown["calls"], shown["input_tokens"]) == ("2", 2, 200)
    assert client("GET", "/prompt-figures?from=-1h&words=quiet") == (200, {"figures": {}})


def test_whoever_reads_another_project_finds_nothing(client: Client) -> None:
    keep(client, "one")
    stranger = Client(client.server, f"q-{uuid.uuid4().hex}")

    assert stranger("GET", f"/prompt-versions?{OF_PROMPT}")[0] == 404
    assert stranger("DELETE", f"/prompt-versions?{OF_PROMPT}")[0] == 404
    assert len(history(client)) == 1


def call(number: int, version: str, tokens: int, **more: object) -> Span:
    fields: dict[str, Any] = {
        "kind": "llm",
        "prompt_name": NAME,
        "prompt_version": version,
        "input_tokens": tokens,
        "output_tokens": 10,
        "total_cost": Decimal("0.5"),
        "usage_source": "provider",
        "end_ns": BASE_NS + 1_000 * SECOND_NS + number * 1_000_000,
        "start_ns": BASE_NS + 998 * SECOND_NS + number * 1_000_000,
    }
    return span(number, 1, **(fields | more))


def test_each_version_has_the_figures_of_its_calls(reader: Reader) -> None:
    calls = [call(number, "9", 100) for number in range(1, 13)]
    calls += [call(number, "10", 200 + 2 * (number % 2)) for number in range(13, 25)]
    unknown = {"input_tokens": None, "output_tokens": None, "total_cost": None}
    calls += [call(number, "10", 0, status="error", **unknown) for number in range(25, 33)]
    calls += [call(40, "10", 5_000, counted=False), call(41, "10", 9_000, prompt_name="another")]
    reader.store(*calls)

    found = reader.get("/prompt-use", name=NAME)
    first, second = found["versions"]

    assert (first["version"], first["calls"], first["input_tokens"]) == ("9", 12, 100)
    assert (second["version"], second["calls"], second["input_tokens"]) == ("10", 20, 201)
    assert (second["output_tokens"], second["cost"]) == (10, 0.5)
    assert second["error_rate"] == pytest.approx(8 / 20)
    assert second["latency_p50_ns"] == 2 * SECOND_NS
    assert [(one["version"], one["before"], one["measure"]) for one in found["notices"]] == [
        ("10", "9", "input_tokens"),
        ("10", "9", "error_rate"),
    ]
    assert reader.get("/prompt-use", name="nobody's") == {"versions": [], "notices": []}


def figures(version: str, calls: float = 100, **more: float) -> VersionFigures:
    known = {"error_rate": 0.0, "input_tokens": 100.0, "output_tokens": 10.0, "cost": 0.01}
    known |= {"latency_p50_ns": 1e9, "latency_p95_ns": 2e9, **more}
    return VersionFigures(version=version, calls=calls, first_ns=0, last_ns=1, **known)


def test_a_notice_needs_calls_enough_and_a_change_by_half() -> None:
    doubled = notices([figures("1"), figures("2", input_tokens=200.0)])

    assert [(one.version, one.measure, one.was, one.now) for one in doubled] == [
        ("2", "input_tokens", 100.0, 200.0)
    ]
    assert notices([figures("1"), figures("2", input_tokens=149.0, error_rate=0.04)]) == []
    assert notices([figures("1"), figures("2", 9, input_tokens=900.0)]) == []
    # One error in twelve calls may be chance, 40 in 480 are none.
    assert notices([figures("1", 12), figures("2", 12, error_rate=1 / 12)]) == []
    failing = notices([figures("1", 480), figures("2", 480, error_rate=1 / 12)])
    assert [(one.measure, one.was) for one in failing] == [("error_rate", 0.0)]
    # The version of few calls is passed over.
    passed = notices([figures("1"), figures("2", 9, cost=9.0), figures("3", cost=0.001)])
    assert [(one.version, one.before, one.measure) for one in passed] == [("3", "1", "cost")]
