"""A project's own prices: entered, changed and deleted over the API, and used for what comes next."""

import uuid
from typing import Any
from urllib.parse import quote

import pytest

from asking import ask, bearer, make_key
from running import Server, until
from sending import PROTOBUF, post, request_of, span

GPT_4O = {"input": "2", "cache_read": "0.5", "output": "8"}


class Owner:
    """The install's owner, in one project."""

    def __init__(self, server: Server, project: str) -> None:
        self.server, self.project = server, project

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        joint = "&" if "?" in path else "?"
        where = f"/api/v1{path}{joint}project={self.project}"
        status, _, reply = ask(self.server, method, where, bearer(self.server.token), body)
        return status, reply

    def put(self, model: str, prices: dict[str, str] | None = None, **fields: object) -> Any:
        status, reply = self.ask(
            "PUT", "/prices", {"model": model, "prices": prices or GPT_4O, **fields}
        )
        assert status == 200, reply
        return reply

    def refusal(self, **fields: object) -> tuple[int, str]:
        status, reply = self.ask("PUT", "/prices", {"model": "m", "prices": GPT_4O} | fields)
        assert status >= 400, reply
        return status, reply["error"]["message"]

    def find(self, model: str, provider: str = "", at: str = "2026-11-20T00:00:00Z") -> Any:
        asked = f"/prices/find?model={quote(model, safe='')}&provider={provider}&at={at}"
        status, reply = self.ask("GET", asked)
        assert status == 200, reply
        return reply

    def cost_of_call(self, **attributes: object) -> Any:
        """The cost of a call of 1000 tokens in and 100 out that is sent now."""
        told = {
            "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 100,
        } | {key.replace("__", "."): value for key, value in attributes.items()}
        sent = span("chat", told)
        headers = PROTOBUF | {"x-clearspan-project": self.project}
        assert post(self.server.url, "/v1/traces", request_of([sent]), headers)[0] == 200
        path = f"/traces/{sent.trace_id.hex()}/spans/{sent.span_id.hex()}"

        def stored() -> Any:
            status, reply = self.ask("GET", path)
            return reply["cost"] if status == 200 else None

        return until(stored)


@pytest.fixture
def owner(server: Server) -> Owner:
    return Owner(server, f"p-{uuid.uuid4().hex}")


DAYS = ("2026-06-30", "2026-07-01")
AZURE = {"gen_ai__provider__name": "azure.ai.openai", "gen_ai__request__model": "prod-eu"}


def test_an_entry_prices_what_comes_next_without_a_restart(owner: Owner) -> None:
    before = owner.cost_of_call(**AZURE)

    entry = owner.put("prod-eu")
    after = owner.cost_of_call(**AZURE)
    owner.put("prod-eu", {"input": "4", "output": "8"})
    changed = owner.cost_of_call(**AZURE)
    owner.ask("DELETE", f"/prices/{entry['id']}")
    gone = owner.cost_of_call(**AZURE)

    assert before["total"] is None
    assert (after["total"], after["price_version"]) == ("0.0028", entry["source"])
    assert after["explained"]["source"] == entry["source"]
    assert (changed["total"], changed["price_version"]) == ("0.0048", f"own/{entry['id']}.2")
    assert gone["total"] is None


def test_entries_are_listed_with_their_prices_in_dollars_a_million(owner: Owner) -> None:
    made = owner.put("gpt-4o*", {"input": "2.50", "output": "10"}, since="2026-07-01")

    _, book = owner.ask("GET", "/prices")

    assert book["entries"] == [made]
    assert made["prices"] == {"input": "2.5", "output": "10"}
    assert (made["since"], made["currency"]) == ("2026-07-01", "USD")
    assert book["price_list"]["version"].startswith("genai-prices/")
    assert {"input", "cache_write_1h", "output_audio"} <= set(book["classes"])


def test_an_entry_is_changed_by_its_id(owner: Owner) -> None:
    made = owner.put("a")

    moved = owner.put("b", id=made["id"], provider="openai")
    _, book = owner.ask("GET", "/prices")

    assert moved["id"] == made["id"]
    assert [(one["model"], one["provider"]) for one in book["entries"]] == [("b", "openai")]


def test_two_entries_for_the_same_are_one(owner: Owner) -> None:
    first, second = owner.put("a"), owner.put("a", {"input": "1"})
    other = owner.put("b")

    status, message = owner.refusal(model="a", id=other["id"])

    assert first["id"] == second["id"]
    assert status == 400
    assert "'a'" in message


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"model": ""}, "''"),
        ({"model": "*"}, "'*'"),
        ({"model": "a\nb"}, "'a\\nb'"),
        ({"provider": "x" * 201}, "xxx"),
        ({"prices": {}}, "at least one price"),
        ({"prices": {"inptu": "1"}}, "'inptu'"),
        ({"prices": {"input": "-1"}}, "'-1'"),
        ({"prices": {"input": "cheap"}}, "'cheap'"),
        ({"prices": {"input": "NaN"}}, "'NaN'"),
        ({"prices": {"input": "1e9"}}, "'1e9'"),
        ({"prices": {"input": "0.0000000000000000001"}}, "'0.0000000000000000001'"),
        ({"prices": {"cache_read": "1"}}, "cache_read needs one of input"),
        ({"since": "yesterday"}, "'yesterday'"),
        ({"since": "2026-13-01"}, "'2026-13-01'"),
        ({"currency": "EUR"}, "'EUR'"),
    ],
)
def test_a_value_that_cannot_be_is_named(
    owner: Owner, fields: dict[str, object], said: str
) -> None:
    status, message = owner.refusal(**fields)

    assert status == 400
    assert said in message


def test_the_most_exact_entry_wins_and_says_why(owner: Owner) -> None:
    made = {
        name: owner.put(model, provider=provider)
        for name, model, provider in (
            ("wide", "gpt-*", ""),
            ("narrow", "gpt-4o*", ""),
            ("azure", "gpt-4o*", "azure"),
            ("exact", "gpt-4o", ""),
        )
    }

    taken = {
        said: owner.find(model, provider)["entry"]
        for said, model, provider in (
            ("exact", "GPT-4o", "openai"),
            ("azure", "gpt-4o-2024-08-06", "azure.ai.openai"),
            ("narrow", "gpt-4o-2024-08-06", "openai"),
            ("wide", "openai/gpt-5", "openrouter"),
        )
    }

    assert taken == made
    found = owner.find("gpt-4o")
    assert "exactly this name" in found["why"]
    assert [one["entry"]["model"] for one in found["passed_over"]] == [
        "gpt-4o*",
        "gpt-4o*",
        "gpt-*",
    ]
    assert (
        found["passed_over"][0]["why"] == "it is for the provider 'azure' alone, and none was given"
    )


def test_asked_without_a_provider_an_entry_that_has_one_is_found(owner: Owner) -> None:
    made = owner.put("gpt-4o", provider="openai")
    owner.put("gpt-4o*", provider="azure")

    found = owner.find("gpt-4o")

    assert found["entry"] == made
    assert found["source"] == made["source"]
    assert "the provider 'openai'" in found["why"]
    whys = [one["why"] for one in found["passed_over"]]
    assert whys == ["it is for the provider 'azure', not 'openai'"]


def test_entries_of_other_providers_and_versions_are_named_with_the_reason(owner: Owner) -> None:
    owner.put("gpt-4o*", provider="azure")
    owner.put("gpt-4o", provider="openai")
    owner.put("gpt-5")

    found = owner.find("gpt-4o-2024-08-06", "openai")

    assert found["source"].startswith("genai-prices/")
    assert [one["why"] for one in found["passed_over"]] == [
        "it is for the provider 'azure', not 'openai'",
        "it prices calls in which 'gpt-4o' was asked for or answered",
    ]


def test_prices_are_shown_for_a_day(owner: Owner) -> None:
    owner.put("m", {"input": "1"})
    owner.put("m", {"input": "2"}, since="2026-07-01")

    prices = [owner.find("m", at=at)["prices"][0]["unit_price"] for at in DAYS]

    assert prices == ["1", "2"]


def test_an_entry_holds_from_its_day_on(owner: Owner) -> None:
    owner.put("m", {"input": "1"})
    owner.put("m", {"input": "2"}, since="2026-07-01")

    prices = [
        owner.find("m", at=at)["prices"][0]["unit_price"]
        for at in ("2026-06-30T23:59:59.999999999Z", "2026-07-01T00:00:00Z")
    ]

    assert prices == ["1", "2"]


def test_an_entry_that_does_not_hold_yet_leaves_it_to_the_list(owner: Owner) -> None:
    owner.put("gpt-4o", since="2099-01-01")

    found = owner.find("gpt-4o", "openai")

    assert found["source"].startswith("genai-prices/")
    assert found["entry"] is None
    assert found["passed_over"][0]["why"] == "it holds only from 2099-01-01"


def test_what_nobody_knows_says_so(owner: Owner) -> None:
    found = owner.find("no-such-model", "openai")

    assert (found["source"], found["prices"]) == ("", [])
    assert "'openai no-such-model'" in found["why"]


def test_an_entry_prices_also_what_runs_at_home(owner: Owner) -> None:
    owner.put("llama3*", {"input": "0.1", "output": "0.1"}, provider="ollama")

    cost = owner.cost_of_call(gen_ai__provider__name="ollama", gen_ai__request__model="llama3:8b")

    assert cost["total"] == "0.00011"


def test_prices_belong_to_their_project(owner: Owner) -> None:
    made = owner.put("gpt-4o", {"input": "1"})
    other = Owner(owner.server, f"{owner.project}-b")

    found = other.find("gpt-4o")
    status, _ = other.ask("DELETE", f"/prices/{made['id']}")
    refused, _ = other.refusal(id=made["id"])

    assert found["entry"] is None
    assert (status, refused) == (404, 404)


@pytest.mark.parametrize(
    ("scope", "reads", "writes"), [("ingest", 403, 403), ("read", 200, 403), ("write", 403, 200)]
)
def test_a_key_does_what_its_scope_says(owner: Owner, scope: str, reads: int, writes: int) -> None:
    key = bearer(make_key(owner.server, owner.project, scope))
    body = {"model": "m", "prices": {"input": "1"}}

    read, _, _ = ask(owner.server, "GET", "/api/v1/prices", key)
    wrote, _, _ = ask(owner.server, "PUT", "/api/v1/prices", key, body)
    imported, _, _ = ask(owner.server, "PUT", "/api/v1/prices/list", key, [])

    assert (read, wrote, imported) == (reads, writes, 403)


def test_nobody_reads_or_changes_prices_without_a_credential(owner: Owner) -> None:
    body = {"model": "m", "prices": {"input": "1"}}

    statuses = [
        ask(owner.server, method, path, None, sent)[0]
        for method, path, sent in (
            ("GET", "/api/v1/prices", None),
            ("GET", "/api/v1/prices/find?model=m", None),
            ("PUT", "/api/v1/prices", body),
            ("DELETE", "/api/v1/prices/1", None),
            ("PUT", "/api/v1/prices/list", []),
        )
    ]

    assert set(statuses) == {401}
