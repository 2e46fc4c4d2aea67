"""The safety contract: each promise has its tests, and what no other test holds."""

import re
from pathlib import Path

import httpx
import pytest

import clearspan
from clearspan.instrument.call import begin
from clearspan.otlp_json import encoded
from clearspan.testing import capture_spans
from provider import providing
from streams import MESSAGES, MODEL

HERE = Path(__file__).parent
CONTRACT = (HERE.parents[1] / "docs" / "safety.md").read_text("utf-8")
INSTRUMENTATIONS = sorted((HERE.parent / "src" / "clearspan" / "instrument").glob("*.py"))


def test_every_promise_names_tests_that_exist() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in HERE.glob("test_*.py"))
    tables = CONTRACT.split("| promise | held by |\n|---|---|\n")[1:]
    promises = [row for table in tables for row in table.split("\n\n")[0].splitlines()]

    named = [re.findall(r"`(test_\w+)`", row) for row in promises]

    assert [row for row, tests in zip(promises, named, strict=False) if not tests] == []
    assert [test for tests in named for test in tests if f"def {test}(" not in sources] == []


@pytest.mark.parametrize("path", INSTRUMENTATIONS, ids=lambda path: path.stem)
def test_every_class_that_is_patched_is_named(path: Path) -> None:
    owners = re.findall(r"\bpatch\(\w+, \w+\.([A-Z]\w+), ", path.read_text("utf-8"))

    assert [owner for owner in owners if f"`{owner}" not in CONTRACT] == []


def test_a_body_that_is_no_model_calls_is_not_looked_at() -> None:
    looked: list[str] = []

    def body() -> bytes:
        looked.append("looked")
        return b"{}"

    call = begin("POST", "https://shop.example/orders", {"content-type": "text/plain"}, body)

    assert call is None
    assert looked == []


def test_no_key_of_a_provider_is_in_the_record_of_a_call() -> None:
    key = "sk-not-for-anybody-0123456789"
    headers = {"authorization": f"Bearer {key}", "x-api-key": key, "cookie": key}
    clearspan.instrument("httpx")

    with providing() as provider, capture_spans() as spans:
        url = f"{provider.at('ok')}/chat/completions"
        question = {"model": MODEL, "messages": MESSAGES}
        httpx.post(url, json=question, headers=headers, params={"key": key})
    clearspan.uninstrument()

    [span] = spans
    assert span.output
    assert key not in encoded(span)
