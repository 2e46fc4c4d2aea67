"""Settings → Prices in a browser: enter, change and delete a price, and see which one means a name."""

import json
import uuid

import pytest
from playwright.sync_api import Locator, expect

from browsing import PHONE, Visitor
from running import settle
from sending import PROTOBUF, post, request_of
from sending import span as sent_span

pytestmark = pytest.mark.browser

CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "azure.ai.openai",
    "gen_ai.request.model": "prod-eu",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 100,
}


def open_page(visitor: Visitor) -> str:
    """The page of a project without prices; the project's name."""
    project = f"p-{uuid.uuid4().hex[:8]}"
    visitor.go(f"/p/{project}/settings/prices")
    expect(visitor.page.get_by_role("heading", name="Prices", exact=True)).to_be_visible()
    return project


def add(visitor: Visitor, model: str, **prices: str) -> None:
    """Fill the form and save it."""
    visitor.page.get_by_role("button", name="Add a price").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_label("Model").fill(model)
    for name, price in prices.items():
        dialog.get_by_label(name, exact=True).fill(price)
    dialog.get_by_role("button", name="Save").click()


def row(visitor: Visitor, model: str) -> Locator:
    table = visitor.page.get_by_role("table", name="Own prices")
    return table.get_by_role("row").filter(has_text=model)


def test_a_price_is_entered_changed_and_deleted(visitor: Visitor) -> None:
    open_page(visitor)
    expect(visitor.page.get_by_text("No prices of this project's own")).to_be_visible()

    add(visitor, "prod-eu", input="2.5", output="10")
    expect(row(visitor, "prod-eu")).to_contain_text("$2.50")
    visitor.page.get_by_role("button", name="Edit prod-eu").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_label("From").fill("2026-07-01")
    dialog.get_by_label("Another class").select_option("cache_write_1h")
    dialog.get_by_label("cache write 1h", exact=True).fill("4")
    dialog.get_by_label("input", exact=True).fill("3")
    dialog.get_by_role("button", name="Save").click()

    expect(dialog).to_have_count(1)  # a price for an hour needs one for any lifetime
    expect(dialog.get_by_role("alert")).to_contain_text("cache_write_1h")
    dialog.get_by_label("Another class").select_option("cache_write")
    dialog.get_by_label("cache write", exact=True).fill("3.5")
    dialog.get_by_role("button", name="Save").click()
    expect(row(visitor, "2026-07-01")).to_contain_text("$3.00")
    visitor.page.get_by_role("button", name="Delete prod-eu").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row(visitor, "prod-eu")).to_have_count(0)
    visitor.forgiven = "status of 400"


def test_trying_a_name_tells_what_prices_it_and_why(visitor: Visitor) -> None:
    open_page(visitor)
    name = visitor.page.get_by_placeholder("us.anthropic")
    answer = visitor.page.locator(".try-name")

    name.fill("models/gemini-2.5-pro")
    expect(answer).to_contain_text("knows it as google gemini-2.5-pro")
    expect(answer).to_contain_text("$2.50/M above 200,000 input tokens")
    add(visitor, "models/gemini-*", input="1", output="1")

    expect(answer).to_contain_text("matches the pattern 'models/gemini-*'")
    name.fill("no-such-model")
    expect(answer).to_contain_text("does not know 'no-such-model'")


def test_the_page_works_by_keyboard_and_on_a_phone(visitor: Visitor) -> None:
    visitor.resize(PHONE)
    open_page(visitor)
    button = visitor.page.get_by_role("button", name="Add a price")

    button.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.type("mine")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.type("openai")
    visitor.page.get_by_role("dialog").get_by_label("input", exact=True).fill("0.5")
    visitor.page.keyboard.press("Enter")

    expect(row(visitor, "mine")).to_contain_text("$0.50")
    assert not visitor.scrolls_sideways()
    visitor.page.get_by_role("button", name="Edit mine").click()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)


def test_a_page_that_cannot_be_read_says_so_and_tries_again(visitor: Visitor) -> None:
    visitor.forgiven = "500"
    refusal = json.dumps(
        {"error": {"code": "x", "message": "It broke.", "details": {}, "request_id": ""}}
    )
    visitor.page.route("**/api/v1/prices?*", lambda route: route.fulfill(status=500, body=refusal))

    visitor.go("/p/demo/settings/prices")

    expect(visitor.page.get_by_role("alert")).to_contain_text("It broke.")
    visitor.page.unroute("**/api/v1/prices?*")
    visitor.page.get_by_role("button", name="Try again").click()
    expect(visitor.page.get_by_role("heading", name="Prices", exact=True)).to_be_visible()


def test_history_is_previewed_and_then_repriced(visitor: Visitor) -> None:
    project = open_page(visitor)
    url, headers = visitor.server.url, PROTOBUF | {"x-clearspan-project": project}
    sent = [sent_span("chat", CALL) for _ in range(3)]
    assert post(url, "/v1/traces", request_of(sent), headers)[0] == 200
    settle(visitor.server)
    spans = f"/api/v1/spans?project={project}&limit=10"
    history = visitor.page.locator(".history")
    expect(history).to_contain_text("Nothing was re-priced yet")
    add(visitor, "prod-eu", input="2", output="8")
    expect(row(visitor, "prod-eu")).to_be_visible()

    history.get_by_role("button", name="Preview").focus()
    visitor.page.keyboard.press("Enter")
    preview = history.get_by_role("article", name="Preview")
    expect(preview.get_by_role("status")).to_contain_text("3 spans of 3 with usage would cost")
    changed = preview.get_by_role("table", name="Changed models").get_by_role("row")
    expect(changed.filter(has_text="prod-eu")).to_contain_text("$0.00840")
    before = [one["total_cost"] for one in visitor.server.get(spans)["spans"]]
    history.get_by_role("button", name="Re-price").click()

    done = history.get_by_role("article", name="Re-pricing")
    expect(done.get_by_role("status")).to_contain_text("3 spans had no cost")
    assert before == [None] * 3
    assert [one["total_cost"] for one in visitor.server.get(spans)["spans"]] == ["0.0028"] * 3
    assert not visitor.scrolls_sideways()


def test_a_span_tells_how_its_cost_adds_up(visitor: Visitor) -> None:
    spans = visitor.server.get("/api/v1/spans?project=demo&filter=kind:llm&limit=1")["spans"]

    visitor.go(f"/p/demo/traces/{spans[0]['trace_id']}?span={spans[0]['span_id']}&tab=usage")

    expect(visitor.page.locator(".usage-lines li").first).to_contain_text("/M = $")
