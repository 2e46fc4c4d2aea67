"""Overview and Traces in a browser: what they show is what the API says, and they ask for nothing more."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from browsing import DEMO_TRACES, Visitor
from running import Server, until
from sending import PROTOBUF, post, request_of, span

pytestmark = pytest.mark.browser

SCALES = {"ms": 1e-3, "s": 1.0, "µs": 1e-6, "k": 1e3, "M": 1e6, "": 1.0}


def amount(text: str) -> float:
    """The number that a figure shows: `54.9 ms` in seconds, `80k`, `$0.155`."""
    found = re.fullmatch(r"\$?([\d.,]+)\s*(ms|µs|s|k|M|)", text.strip())
    assert found, f"{text!r} is no figure"
    return float(found[1].replace(",", "")) * SCALES[found[2]]


def rows(visitor: Visitor) -> Locator:
    """The rows of the list that are in the document."""
    table = visitor.page.get_by_role("grid", name="Traces")
    return table.get_by_role("rowgroup").get_by_role("row")


def chosen(visitor: Visitor) -> Locator:
    """The row at which the keyboard is."""
    return rows(visitor).and_(visitor.page.locator("[aria-current=true]"))


def link_of(row: Locator) -> Locator:
    """What leads from a row to its trace."""
    return row.get_by_role("link").first


def shown(visitor: Visitor) -> list[str]:
    """The trace ids of those rows, from the top."""
    links = rows(visitor).evaluate_all("rows => rows.map(row => row.querySelector('a').pathname)")
    return [str(link).rsplit("/", 1)[1] for link in links]


def listed(demo: Server, query: str = "") -> list[Any]:
    """The traces of the demo as the API lists them."""
    answer = demo.get(f"/api/v1/traces?project=demo&limit=100{query}")
    traces: list[Any] = answer["traces"]
    return traces


def send(demo: Server, project: str, *traces: tuple[str, Mapping[str, object]]) -> None:
    """Store traces of one span each, and wait until they are listed."""
    headers = PROTOBUF | {"x-clearspan-project": project}
    for name, attributes in traces:
        status, _ = post(
            demo.url, "/v1/traces", request_of([span(name, dict(attributes))]), headers
        )
        assert status == 200
    names = {name for name, _ in traces}
    path = f"/api/v1/traces?project={project}"
    until(lambda: names <= {row["name"] for row in demo.get(path)["traces"]})


def test_the_overview_shows_the_totals_that_the_api_gives(visitor: Visitor, demo: Server) -> None:
    totals = demo.get("/api/v1/overview?project=demo")["totals"]

    visitor.go("/p/demo/overview")

    tiles = visitor.page.get_by_role("region", name="Totals")
    expect(tiles).to_contain_text("$")
    figures = {
        name: amount(value.splitlines()[0])
        for name, value in tiles.evaluate(
            "section => [...section.children].map(tile => ["
            " tile.querySelector('h2').textContent, tile.querySelector('p').innerText])"
        )
    }
    assert figures == pytest.approx(
        {
            "Traces": totals["traces"],
            "Failed": totals["errors"],
            "Latency p50": totals["latency_p50_ns"] / 1e9,
            "Latency p95": totals["latency_p95_ns"] / 1e9,
            "Tokens": totals["input_tokens"] + totals["output_tokens"],
            "Cost": float(totals["cost"]),
        },
        rel=0.01,
    )
    assert totals["traces"] == DEMO_TRACES


def test_the_overview_draws_its_charts_and_lists_the_models(visitor: Visitor) -> None:
    visitor.go("/p/demo/overview")

    for title in ("Traces", "Latency", "Tokens", "Cost"):
        expect(visitor.page.get_by_role("figure", name=title).locator("canvas")).to_be_visible()
    for model in ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "o4-mini-2025-04-16"):
        expect(visitor.page.get_by_role("rowheader", name=model, exact=True)).to_be_visible()


def test_a_failed_tile_leads_to_the_failed_traces(visitor: Visitor, demo: Server) -> None:
    visitor.go("/p/demo/overview")

    visitor.page.get_by_role("button", name=re.compile("^Failed")).click()

    expect(rows(visitor)).to_have_count(len(listed(demo, "&filter=status:error")))


def test_traces_are_listed_newest_first(visitor: Visitor, demo: Server) -> None:
    newest = sorted(listed(demo), key=lambda row: str(row["start"]), reverse=True)

    visitor.go("/p/demo/traces")

    expect(rows(visitor).nth(29)).to_be_attached()  # a few are drawn a frame
    seen = shown(visitor)
    assert seen == [row["trace_id"] for row in newest][: len(seen)]


def test_a_row_tells_status_models_tokens_and_cost(visitor: Visitor, demo: Server) -> None:
    first = listed(demo)[0]

    visitor.go("/p/demo/traces")

    row = rows(visitor).first
    expect(row).to_contain_text(first["name"])
    expect(row).to_contain_text(first["input_preview"][:40])
    expect(row).to_contain_text(first["user_id"])
    cost = row.get_by_role("gridcell").filter(has_text="$").inner_text()
    assert amount(cost) == pytest.approx(float(first["total_cost"]), rel=0.01)


def test_a_filter_narrows_the_list_and_stays_in_the_address(visitor: Visitor, demo: Server) -> None:
    failed = [row["trace_id"] for row in listed(demo) if row["status"] == "error"]
    visitor.go("/p/demo/traces")
    expect(rows(visitor).first).to_be_visible()

    visitor.page.keyboard.press("/")
    visitor.page.keyboard.type("status:error")
    visitor.page.keyboard.press("Enter")

    expect(rows(visitor)).to_have_count(len(failed))
    assert shown(visitor) == failed
    expect(visitor.page).to_have_url(re.compile("filter=status%3Aerror"))
    visitor.page.reload()
    expect(rows(visitor)).to_have_count(len(failed))
    expect(visitor.page.get_by_role("combobox", name="Filter")).to_have_value("status:error")
    visitor.page.go_back()
    expect(visitor.page).not_to_have_url(re.compile("filter="))


def test_a_filter_that_cannot_be_read_says_what_was_meant(visitor: Visitor) -> None:
    visitor.go("/p/demo/traces")

    box = visitor.page.get_by_role("combobox", name="Filter")
    box.fill("statsu:error")

    expect(visitor.page.get_by_role("alert")).to_contain_text("did you mean status?")


def test_full_text_finds_a_word_in_an_answer(visitor: Visitor, demo: Server) -> None:
    said = {"output.value": "The aviary has one zebra finch.", "openinference.span.kind": "LLM"}
    other = {"output.value": "The aviary has two parrots.", "openinference.span.kind": "LLM"}
    send(demo, "birds", ("finch", said), ("parrot", other))
    visitor.go("/p/birds/traces")
    expect(rows(visitor)).to_have_count(2)

    box = visitor.page.get_by_role("combobox", name="Filter")
    box.fill('"zebra finch"')
    box.press("Enter")

    expect(rows(visitor)).to_have_count(1)
    expect(rows(visitor)).to_contain_text("finch")
    until(lambda: marked(visitor, "found") == ["zebra finch"])
    visitor.page.keyboard.press("j")
    visitor.page.keyboard.press("Enter")
    page = visitor.page.get_by_role("main")
    expect(page.get_by_role("heading", name="Output")).to_be_visible()
    until(lambda: marked(visitor, "found") == ["zebra finch"])
    visitor.page.get_by_label("Find in this trace").fill("AVIARY")
    until(lambda: marked(visitor, "sought") == ["aviary"])


def marked(visitor: Visitor, name: str) -> list[str]:
    """The texts of the page that are marked as found by the filter, or sought in the trace."""
    texts = f"[...(CSS.highlights.get('{name}') ?? [])].map(range => range.toString())"
    found: list[str] = visitor.page.evaluate(texts)
    return found


def test_a_filter_that_hides_everything_says_so_and_is_cleared(visitor: Visitor) -> None:
    visitor.go("/p/demo/traces?filter=zanzibar")

    expect(visitor.page.get_by_role("heading", name="No trace passes this filter")).to_be_visible()
    visitor.page.get_by_role("button", name="Clear the filter").last.click()
    expect(rows(visitor).first).to_be_visible()


def test_the_list_is_sorted_by_cost(visitor: Visitor, demo: Server) -> None:
    costs = {row["trace_id"]: float(row["total_cost"] or 0) for row in listed(demo)}
    visitor.go("/p/demo/traces")
    dearest = max(costs, key=lambda trace: costs[trace])

    visitor.page.get_by_role("columnheader", name="Cost").get_by_role("button").click()

    expect(visitor.page.get_by_role("columnheader", name="Cost")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(link_of(rows(visitor).first)).to_have_attribute("href", re.compile(dearest))
    seen = [costs[trace] for trace in shown(visitor)]
    assert seen == sorted(seen, reverse=True)
    expect(visitor.page).to_have_url(re.compile("sort=-cost"))


def test_a_new_trace_appears_without_a_reload(visitor: Visitor, demo: Server) -> None:
    send(demo, "live", ("before", {}))
    visitor.go("/p/live/traces")
    expect(rows(visitor)).to_have_count(1)
    live = visitor.page.get_by_role("switch", name="Live")
    expect(live).to_have_attribute("title", re.compile("New traces appear"))
    loaded = visitor.asked_for("/p/live/traces")

    send(demo, "live", ("after", {}))

    expect(rows(visitor)).to_have_count(2)
    expect(rows(visitor).first).to_contain_text("after")
    assert visitor.asked_for("/p/live/traces") == loaded


def test_a_paused_list_catches_up_when_it_goes_on(visitor: Visitor, demo: Server) -> None:
    send(demo, "paused", ("before", {}))
    visitor.go("/p/paused/traces?live=off")
    expect(rows(visitor)).to_have_count(1)

    send(demo, "paused", ("after", {}))
    assert visitor.asked_for("/api/v1/live") == []
    visitor.page.get_by_role("switch", name="Live").click()

    expect(rows(visitor)).to_have_count(2)
    expect(rows(visitor).first).to_contain_text("after")


def test_keys_walk_the_list_and_open_a_trace(visitor: Visitor, demo: Server) -> None:
    newest = [row["trace_id"] for row in listed(demo)]
    visitor.go("/p/demo/traces")
    page = visitor.page
    expect(rows(visitor).first).to_be_visible()

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(link_of(chosen(visitor))).to_have_attribute("href", re.compile(newest[1]))
    page.keyboard.press("k")
    expect(link_of(chosen(visitor))).to_have_attribute("href", re.compile(newest[0]))
    page.keyboard.press("Escape")
    expect(chosen(visitor)).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"/p/demo/traces/{newest[0]}"))
    expect(page.get_by_role("tree", name="Spans")).to_be_visible()


def test_lists_ask_for_no_body(visitor: Visitor) -> None:
    visitor.go("/p/demo/overview")
    expect(visitor.page.get_by_role("region", name="Totals")).to_be_visible()
    visitor.page.get_by_role("link", name="Traces").click()
    expect(rows(visitor).first).to_be_visible()
    visitor.page.mouse.wheel(0, 2000)
    visitor.page.keyboard.press("j")
    expect(chosen(visitor)).to_be_visible()

    assert visitor.asked_for("/api/v1/traces")
    assert visitor.asked_for("/spans/") == []
    assert visitor.asked_for("/api/v1/traces/") == []


@pytest.mark.parametrize(
    ("noun", "search"),
    [
        ("Traces", "range=7d&filter=status%3Aok+-tag%3A%22a+~+b%22"),
        ("Failures", "category=retried"),
    ],
)
def test_the_rows_that_were_asked_for_with_the_page_are_not_asked_for_again(
    visitor: Visitor, noun: str, search: str
) -> None:
    visitor.go(f"/p/demo/{noun.lower()}?live=off&{search}")

    expect(visitor.page.get_by_role("grid", name=noun)).to_be_visible()

    assert len(visitor.asked_for(f"/api/v1/{noun.lower()}")) == 1
