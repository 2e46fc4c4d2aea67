"""What-if in a browser: each preset at the press of a key, what is supposed of a span, and the calls of Cost."""

import re

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from playwright.sync_api import Locator, Route, expect

from browsing import PHONE, Visitor
from running import Server, until
from sending import span
from test_browser_trace import send, tree

pytestmark = pytest.mark.browser

FAILURE = {"error": {"code": "x", "message": "It broke.", "details": {}, "request_id": "r-1"}}


def shop() -> list[Span]:
    """An agent of one second: reranking, a call, a tool, another call, one after the other."""
    root = span("shop", {"gen_ai.operation.name": "invoke_agent"})
    root.end_time_unix_nano = root.start_time_unix_nano + 1_000_000_000

    def part(name: str, from_ms: int, to_ms: int, **attributes: object) -> Span:
        named = {f"gen_ai.{key.replace('__', '.')}": value for key, value in attributes.items()}
        made = span(name, named, trace_id=root.trace_id, parent=root.span_id)
        made.start_time_unix_nano = root.start_time_unix_nano + from_ms * 1_000_000
        made.end_time_unix_nano = root.start_time_unix_nano + to_ms * 1_000_000
        return made

    chat = {"operation__name": "chat", "request__model": "gpt-4o", "provider__name": "openai"}
    first = {"usage__input_tokens": 1_000, "usage__output_tokens": 100}
    second = {"usage__input_tokens": 500, "usage__output_tokens": 50}
    return [
        root,
        part("sort", 0, 100, operation__name="rerank"),
        part("chat gpt-4o", 100, 500, **chat, **first),
        part("search", 500, 700, operation__name="execute_tool", tool__name="search"),
        part("chat gpt-4o", 700, 900, **chat, **second),
    ]


@pytest.fixture(scope="module")
def trace_id(demo: Server) -> str:
    sent = send(demo, "shops", shop())
    path = "/api/v1/traces?project=shops&filter=cost%3E0.005"
    until(lambda: demo.get(path)["traces"])
    return sent


def figures(visitor: Visitor) -> Locator:
    """Time, cost and bottleneck, before and after."""
    return visitor.page.get_by_label("Before and after")


def says(visitor: Visitor, *figures_after: str) -> None:
    """The figures as they would be, in order; without any, only what was is told."""
    expect(figures(visitor).get_by_title("As it would be")).to_have_text(
        [re.compile(f"^{re.escape(one)}$") for one in figures_after]
    )


PRESETS = (
    ("1", "Slow rerank", "1.90s", "$0.00525", "reranking sort 53 %"),
    ("2", "Slow LLM", "2.20s", "$0.00525", "2 × chat gpt-4o 82 %"),
    ("3", "Tool timeout", "30.8s", "$0.00525", "tool search 97 %"),
    ("4", "Extra retry", "1.90s", "$0.00875", "retries of chat gpt-4o 47 %"),
)


def test_each_preset_tells_time_cost_and_bottleneck(visitor: Visitor, trace_id: str) -> None:
    page = visitor.page
    visitor.go(f"/p/shops/traces/{trace_id}")
    page.get_by_role("tab", name="What-if").click()
    expect(figures(visitor).get_by_title("As it was")).to_have_text(
        ["1.00s", "$0.00525", "2 × chat gpt-4o 60 %"]
    )
    says(visitor)

    for key, name, *after in PRESETS:
        page.get_by_role("button", name=name).click()
        says(visitor, *after)
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
        page.keyboard.press(key)
        says(visitor)

    page.keyboard.press("3")
    page.keyboard.press("4")
    says(visitor, "31.7s", "$0.00875", "tool search 95 %")
    expect(tree(visitor).get_by_role("treeitem", name="chat").first).to_contain_text("2 attempts")
    page.reload()
    says(visitor, "31.7s", "$0.00875", "tool search 95 %")
    page.keyboard.press("Backspace")
    says(visitor, "30.8s", "$0.00525", "tool search 97 %")
    page.get_by_role("button", name="As it was").click()
    says(visitor)


def test_a_span_is_supposed_otherwise_by_keyboard_and_shared(
    visitor: Visitor, trace_id: str
) -> None:
    page = visitor.page
    visitor.go(f"/p/shops/traces/{trace_id}?lens=whatif")
    expect(figures(visitor)).to_be_visible()

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.keyboard.press("Tab")
    page.keyboard.type("gpt-4o-mini")
    page.keyboard.press("Enter")
    says(visitor, "1.00s", "$0.00196", "2 × chat gpt-4o 60 %")
    page.keyboard.press("Escape")
    page.get_by_label("Of what").select_option(label="every llm (2)")
    page.get_by_role("button", name="Suppose", exact=True).click()
    says(visitor, "1.00s", "$0.00032", "2 × chat gpt-4o 60 %")
    page.get_by_label("What becomes of it").select_option("scale")
    page.get_by_label("times as long").fill("0.5")
    page.get_by_role("button", name="Suppose", exact=True).click()
    says(visitor, "700ms", "$0.00032", "2 × chat gpt-4o 43 %")
    page.get_by_text("What is taken for granted").click()
    expect(page.get_by_role("group")).to_contain_text("was not called here lately")

    page.get_by_role("button", name="No longer: every llm on gpt-4o-mini").click()
    expect(page.get_by_role("list", name="Supposed").get_by_role("listitem")).to_have_count(2)
    visitor.resize(PHONE)
    assert not visitor.scrolls_sideways()


def test_prices_that_cannot_be_read_are_told_and_asked_for_again(
    visitor: Visitor, trace_id: str
) -> None:
    visitor.forgiven = "500 (Internal Server Error)"
    page = visitor.page
    answers = "**/whatif/model?*"
    page.route(answers, lambda route: route.fulfill(status=500, json=FAILURE))

    supposed = "model:,gpt-4o-mini:kind:llm;remove::name:gone"
    visitor.go(f"/p/shops/traces/{trace_id}?lens=whatif&whatif={supposed}")

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The prices could not be read. It broke.")
    expect(page.get_by_role("list", name="Supposed")).to_contain_text("not in this trace")
    page.unroute(answers)
    alert.get_by_role("button", name="Try again").click()
    says(visitor, "1.00s", "$0.00032", "2 × chat gpt-4o 60 %")


def test_the_calls_of_a_filter_run_on_another_model(visitor: Visitor, trace_id: str) -> None:
    page = visitor.page
    visitor.go(f"/p/shops/cost?range=24h&filter=trace%3A{trace_id}")

    page.get_by_role("button", name="What if…").click()
    asked = page.get_by_role("region", name="What if")
    asked.get_by_label("Model").fill("gpt-4o-mini")
    asked.get_by_label("Model").press("Enter")

    verdict = asked.get_by_role("status")
    expect(verdict).to_contain_text("$0.00494 (94 %) less.")
    expect(verdict).to_contain_text("2 calls cost $0.00525; on gpt-4o-mini $0.00032.")
    row = asked.get_by_role("table", name="Calls on gpt-4o-mini").get_by_role("row").nth(1)
    expect(row).to_contain_text("openai/gpt-4o")
    expect(asked.get_by_role("list", name="What is taken for granted")).to_contain_text("tokens")
    expect(page).to_have_url(re.compile("model=gpt-4o-mini"))

    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/whatif?*", hold)
    asked.get_by_label("Model").fill("nobody-knows")
    asked.get_by_label("Model").press("Enter")
    expect(asked.get_by_label("Loading")).to_be_visible()
    held[0].continue_()
    expect(verdict).to_contain_text(
        "None of 2 calls has a price both as it was and on nobody-knows"
    )
    expect(verdict.get_by_role("link", name="Set prices")).to_have_attribute(
        "href", re.compile("/p/shops/settings/prices")
    )
