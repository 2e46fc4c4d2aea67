"""Compare in a browser: from a list, from a trace, with what is usual, and the words that differ."""

import re

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from playwright.sync_api import Locator, expect

from browsing import PHONE, Visitor
from running import Server, until
from sending import span
from test_browser_lenses import messages
from test_browser_trace import send

pytestmark = pytest.mark.browser

FAILURE = {"error": {"code": "x", "message": "It broke.", "details": {}, "request_id": "r-1"}}


def shop(answer: str, *, tool: str = "search", took_ms: int = 1_000) -> list[Span]:
    """An agent that asks, uses a tool and answers."""
    root = span("refund", {"gen_ai.operation.name": "invoke_agent"})
    root.end_time_unix_nano = root.start_time_unix_nano + took_ms * 1_000_000

    def part(name: str, from_ms: int, **attributes: object) -> Span:
        named = {f"gen_ai.{key.replace('__', '.')}": value for key, value in attributes.items()}
        made = span(name, named, trace_id=root.trace_id, parent=root.span_id)
        made.start_time_unix_nano = root.start_time_unix_nano + from_ms * 1_000_000
        made.end_time_unix_nano = made.start_time_unix_nano + 100_000_000
        return made

    chat = {"operation__name": "chat", "request__model": "gpt-4o"}
    asked = messages(("user", "I sent the lamp back, where is my money?"))
    said = messages(("assistant", answer))
    return [
        root,
        part("chat", 0, **chat, input__messages=asked, output__messages=said),
        part(tool, 200, operation__name="execute_tool", tool__name=tool),
    ]


@pytest.fixture(scope="module")
def sent(demo: Server) -> dict[str, str]:
    """Ids of traces by what they are: a good one, one like it, and two that went otherwise."""
    ways = {
        "good": shop("You get it back by Friday."),
        "like": shop("You get it back by Friday.", took_ms=3_000),
        "other": shop("You get it back by Monday morning."),
        "lookup": shop("You get it back by Friday.", tool="lookup"),
    }
    ids = {way: send(demo, "beside", spans) for way, spans in ways.items()}
    until(lambda: len(demo.get("/api/v1/traces?project=beside")["traces"]) == len(ids))
    return ids


def verdict(visitor: Visitor) -> Locator:
    """Whether both are equal, or where they part."""
    return visitor.page.locator(".compare-verdict")


def steps(visitor: Visitor) -> Locator:
    """The rows of both."""
    return visitor.page.get_by_role("tree", name="Steps of both").get_by_role("treeitem")


def go(visitor: Visitor, sent: dict[str, str], first: str, second: str) -> None:
    visitor.go(f"/p/beside/compare?a={sent[first]}&b={sent[second]}")


def test_two_of_a_list_are_compared(visitor: Visitor, sent: dict[str, str]) -> None:
    page = visitor.page
    visitor.go("/p/beside/traces?range=24h")
    rows = page.get_by_role("grid", name="Traces").get_by_role("row")
    expect(rows).to_have_count(len(sent) + 1)

    page.get_by_role("grid", name="Traces").focus()
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.get_by_role("button", name="Compare")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Compare")).to_have_count(0)
    page.keyboard.press("x")
    page.keyboard.press("c")

    # The newest two: the one that looked up, and the one that answered otherwise.
    expect(verdict(visitor)).to_have_text("Chat answered otherwise.")
    expect(page).to_have_url(re.compile(f"a={sent['lookup']}&b={sent['other']}"))


def test_a_trace_is_compared_with_a_good_one(visitor: Visitor, sent: dict[str, str]) -> None:
    page = visitor.page
    visitor.go(f"/p/beside/traces/{sent['good']}")
    expect(page.get_by_role("button", name="Compare")).to_be_visible()

    page.keyboard.press("c")

    expect(page).to_have_url(re.compile(f"b={sent['lookup']}"))
    expect(verdict(visitor)).to_have_text("Instead of tool search the second has tool lookup.")
    expect(steps(visitor)).to_have_count(3)
    page.go_back()
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("menuitem", name="With what is usual of refund").click()
    expect(page.get_by_text("Usual of 3 traces")).to_be_visible()
    expect(verdict(visitor)).to_have_text("It has the steps that are usual.")


def test_words_that_differ_are_shown(visitor: Visitor, sent: dict[str, str]) -> None:
    page = visitor.page
    go(visitor, sent, "good", "other")

    expect(verdict(visitor)).to_have_text("Chat answered otherwise.")
    texts = page.get_by_role("region", name="Texts of the step")
    expect(texts.locator("del")).to_have_text(["Friday"])
    expect(texts.locator("ins")).to_have_text(["Monday morning"])
    expect(steps(visitor).nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("j")
    expect(page.get_by_role("region", name="Step", exact=True)).to_contain_text("Nothing differs")
    page.keyboard.press("n")
    expect(steps(visitor).nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("s")
    expect(texts.locator("del")).to_have_text(["Monday morning"])
    page.reload()
    expect(texts.locator("del")).to_have_text(["Monday morning"])
    visitor.resize(PHONE)
    assert not visitor.scrolls_sideways()


def test_equal_traces_are_called_equal(visitor: Visitor, sent: dict[str, str]) -> None:
    go(visitor, sent, "good", "like")

    expect(verdict(visitor)).to_contain_text("Equal")
    expect(visitor.page.locator(".compare-figure small").first).to_have_text("↑ 200 %")


def test_with_another_it_is_asked_which(visitor: Visitor, sent: dict[str, str]) -> None:
    page = visitor.page
    visitor.go(f"/p/beside/compare?a={sent['good']}")

    form = page.get_by_role("form", name="Compare with")
    expect(form.get_by_role("button", name="What is usual of refund")).to_be_enabled()
    form.get_by_role("textbox").fill(sent["like"])
    form.get_by_role("button", name="Compare", exact=True).click()
    expect(verdict(visitor)).to_contain_text("Equal")

    page.get_by_role("button", name="With another…").click()
    visitor.forgiven = "404 (Not Found)"
    form.get_by_role("textbox").fill("name:nobody")
    form.get_by_role("textbox").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no other trace of the window passes")
    form.get_by_role("textbox").fill("root.name:refund")
    form.get_by_role("textbox").press("Enter")
    expect(page.get_by_text("Usual of 3 traces")).to_be_visible()


def test_a_failure_is_told_and_asked_for_again(visitor: Visitor, sent: dict[str, str]) -> None:
    page = visitor.page
    visitor.forgiven = "500 (Internal Server Error)"
    answers = "**/api/v1/compare?*"
    page.route(answers, lambda route: route.fulfill(status=500, json=FAILURE))

    go(visitor, sent, "good", "other")

    expect(page.get_by_role("alert")).to_contain_text("It broke.")
    page.unroute(answers)
    page.get_by_role("button", name="Try again").click()
    expect(verdict(visitor)).to_have_text("Chat answered otherwise.")
