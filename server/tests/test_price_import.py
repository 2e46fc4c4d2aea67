"""A newer price list, imported offline: checked whole, used at once, kept over a restart."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clearspan_server.errors import BadInput
from clearspan_server.ingest.price import price
from clearspan_server.ingest.price_list import VERSION, read_list
from clearspan_server.ingest.prices import Book
from reading import span
from running import Server, serving


def model(**prices: object) -> dict[str, Any]:
    return {"id": "gpt-99", "match": {"starts_with": "gpt-99"}, "prices": prices}


def listed(*models: object, **fields: object) -> bytes:
    """A list with one provider."""
    provider: dict[str, object] = {
        "id": "openai",
        "name": "OpenAI",
        "api_pattern": "https://api",
        "provider_match": {"contains": "openai"},
        "model_match": {"starts_with": "gpt-"},
        "models": list(models),
    }
    return json.dumps([provider | fields]).encode()


NEWER = listed(model(input_mtok=0.1, output_mtok={"base": 3, "tiers": [{"start": 10, "price": 6}]}))


def test_a_newer_list_prices_with_all_its_digits() -> None:
    called = span(1, provider="openai", response_model="gpt-99", input_tokens=7, output_tokens=1)
    book = Book(read_list(NEWER))

    cheap = price(called, book)
    called.input_tokens = 11
    tiered = price(called, book)

    assert cheap is not None
    assert tiered is not None
    assert str(cheap.total) == "0.000003700000"
    assert str(tiered.total) == "0.000007100000"
    assert cheap.version == read_list(NEWER).version != VERSION


def test_classes_that_spans_cannot_tell_yet_are_charged_as_what_they_are_part_of() -> None:
    book = Book(read_list(listed(model(input_mtok=1, output_mtok=1, cache_read_24h_mtok=9))))
    called = span(1, provider="openai", response_model="gpt-99", input_tokens=7, output_tokens=1)

    cost = price(called, book)

    assert cost is not None
    assert cost.by_class.keys() == {"input", "output"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"{}", "not an array of providers"),
        (b"[]", "not an array of providers"),
        (b"[1]", "0"),
        (listed(models=[{"id": "x"}]), "0.models.0.match"),
        (listed(model(input_mtok="cheap")), "cheap"),
        (listed({"id": "x", "match": {"regex": "("}, "prices": {}}), "unterminated"),
        (listed({"id": "x", "match": {"equals": "x"}, "prices": []}), "cannot be read"),
    ],
)
def test_what_is_no_list_is_refused_with_the_place(data: bytes, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_list(data)

    assert said in refused.value.message


def run(server_data: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    whole = [sys.executable, "-m", "clearspan_server", *command, "--data", str(server_data)]
    return subprocess.run(whole, capture_output=True, text=True, timeout=120, check=False)


def version_in_use(server: Server) -> Any:
    return server.get("/api/v1/prices")["price_list"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the commands say, and which list is in use: at first, after each of them, and over a restart."""
    folder = tmp_path_factory.mktemp("prices")
    file, data = folder / "data.json", folder / "data"
    data.mkdir()
    (data / "prices.json").write_bytes(b"{")  # broken on the disk
    file.write_bytes(NEWER)
    found: dict[str, Any] = {}
    with serving(data) as server:
        found["broken"] = version_in_use(server)
        found["unknown"] = run(data, "prices", "show", "gpt-99")
        found["import"] = run(data, "prices", "import", str(file))
        found["show"] = run(data, "prices", "show", "gpt-99")
        found["imported"] = version_in_use(server)
        file.write_text("[]", encoding="utf-8")
        found["refused"] = run(data, "prices", "import", str(file))
        found["after"] = version_in_use(server)
    with serving(data) as server:
        found["kept"] = version_in_use(server)
        found["reset"] = run(data, "prices", "reset")
        found["again"] = version_in_use(server)
    return found


def test_the_commands_import_show_and_reset(told: dict[str, Any]) -> None:
    version = read_list(NEWER).version

    assert "does not know 'gpt-99'" in told["unknown"].stdout
    assert version in told["import"].stdout
    assert "$0.1/M" in told["show"].stdout
    assert "$6/M above 10 input tokens" in told["show"].stdout
    assert told["imported"]["version"] == version
    assert told["imported"]["imported"] is not None
    assert VERSION in told["reset"].stdout
    assert told["again"] == {"version": VERSION, "imported": None}


def test_a_list_that_is_none_is_refused_and_changes_nothing(told: dict[str, Any]) -> None:
    assert told["refused"].returncode != 0
    assert "not an array of providers" in told["refused"].stderr
    assert told["after"] == told["imported"]


def test_an_imported_list_outlives_a_restart(told: dict[str, Any]) -> None:
    assert told["kept"]["version"] == read_list(NEWER).version


def test_a_list_that_broke_on_the_disk_does_not_stop_the_server(told: dict[str, Any]) -> None:
    assert told["broken"]["version"] == VERSION
