"""The lenses on a trace in a browser, and a trace that was written to harm its readers."""

import json
import re

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from playwright.sync_api import expect

from asking import ask, bearer
from browsing import PHONE, Visitor
from running import Server, until
from sending import span
from test_browser_trace import panel, send, tree

pytestmark = pytest.mark.browser

EVIL = "<script>window.harmed = true</script><img src=x onerror='window.harmed = true'>"
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kg"
    "AAAABJRU5ErkJggg=="
)


def messages(*said: tuple[str, str]) -> str:
    """Messages as the conventions write them."""
    return json.dumps(
        [{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in said]
    )


def chat(root: Span, start_ms: int, given: str, answer: str) -> Span:
    """A model call of the trace."""
    attributes: dict[str, object] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.input.messages": given,
        "gen_ai.output.messages": answer,
    }
    return placed(
        span("chat", attributes, trace_id=root.trace_id, parent=root.span_id), root, start_ms
    )


def placed(made: Span, root: Span, start_ms: int) -> Span:
    """The span moved to so many milliseconds after the root's start; it takes ten."""
    made.start_time_unix_nano = root.start_time_unix_nano + start_ms * 1_000_000
    made.end_time_unix_nano = made.start_time_unix_nano + 10_000_000
    return made


def hostile_trace() -> list[Span]:
    """An agent that asks twice, searches often, and says what would harm a careless page."""
    root = span("shop", {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": EVIL})
    images = f"![track](https://evil.example/p.png) ![own]({PIXEL})"
    first = ("user", f"{images} أين طلبي؟ 订单\n\n{EVIL}")
    answer = ("assistant", "[click](javascript:alert(1)) **yes**\nby line  \nto the end")
    again = ("user", "x" * 900_000)
    tools = [
        placed(
            span(
                "find",
                {
                    "gen_ai.operation.name": "execute_tool",
                    "gen_ai.tool.name": "find",
                    "gen_ai.tool.call.arguments": '{"broken": ',
                    "gen_ai.tool.call.result": EVIL,
                },
                trace_id=root.trace_id,
                parent=root.span_id,
            ),
            root,
            100 + 10 * number,
        )
        for number in range(12)
    ]
    return [
        root,
        chat(root, 10, messages(first), messages(answer)),
        *tools,
        chat(root, 500, messages(first, answer, again), messages(("assistant", "done"))),
    ]


def test_three_lenses_share_a_selection_and_nothing_in_a_message_does_harm(
    visitor: Visitor, demo: Server
) -> None:
    spans = hostile_trace()
    trace_id = send(demo, "lenses", spans)
    page = visitor.page
    visitor.go(f"/p/lenses/traces/{trace_id}")

    repeated = tree(visitor).get_by_role("treeitem", name="find × 12")
    expect(tree(visitor).get_by_role("treeitem")).to_have_count(4)
    repeated.get_by_role("button", name="Unfold").click()
    expect(tree(visitor).get_by_role("treeitem")).to_have_count(16)
    tree(visitor).get_by_role("treeitem", name="chat").last.click()
    expect(panel(visitor)).to_contain_text("2 messages as before")
    expect(panel(visitor)).to_contain_text("more characters")

    page.get_by_role("tab", name="Transcript").click()
    transcript = page.get_by_role("feed", name="Transcript")
    expect(transcript.get_by_role("article", name="chat").last).to_contain_text("done")
    visitor.go(f"/p/lenses/traces/{trace_id}?lens=transcript&span={spans[1].span_id.hex()}")
    opening = transcript.get_by_role("article", name="chat").first
    expect(opening).to_contain_text("<script>window.harmed")
    assert "click yes\nby line\nto the end" in opening.inner_text()
    expect(opening.get_by_role("img", name="own")).to_be_visible()
    expect(opening.get_by_role("link", name="image: track")).to_be_visible()
    expect(transcript.get_by_role("article", name="find").first).to_contain_text('{"broken":')

    page.get_by_role("tab", name="Graph").click()
    graph = page.get_by_role("group", name="Call graph")
    graph.get_by_role("button", name=re.compile("tool find: 12×")).press("Enter")
    expect(panel(visitor).get_by_role("heading", name="find")).to_be_visible()
    expect(page).to_have_url(re.compile("lens=graph"))
    visitor.resize(PHONE)
    assert not visitor.scrolls_sideways()

    assert page.evaluate("window.harmed") is None
    assert page.locator("#root :is(script, iframe)").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0
    assert visitor.asked_for("/contents")


def team_trace() -> list[Span]:
    """A planner that asks a writer and a critic in turns; the critic asks the planner again."""
    root = span(
        "planner", {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"}
    )
    spans = [root]

    def call(name: str, parent: Span, start_ms: int) -> Span:
        attributes: dict[str, object] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": name,
        }
        if name.startswith("tool"):
            attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name}
        made = span(name, attributes, trace_id=root.trace_id, parent=parent.span_id)
        spans.append(placed(made, root, start_ms))
        return made

    for turn in range(4):
        call("writer", root, 100 * turn)
        critic = call("critic", root, 100 * turn + 20)
        call("planner", critic, 100 * turn + 20)
    writer = spans[1]
    for number in range(40):
        call(f"tool {number}", writer, number)
    return spans


def test_a_graph_names_its_loops_and_is_searched_unfolded_moved_and_read(
    visitor: Visitor, demo: Server
) -> None:
    trace_id = send(demo, "graphed", team_trace())
    page = visitor.page
    visitor.go(f"/p/graphed/traces/{trace_id}?lens=graph")
    graph = page.get_by_role("group", name="Call graph")

    loops = graph.get_by_role("list", name="Loops").get_by_role("button")
    expect(loops).to_have_text(["↻ planner ↔ critic ×4", "↻ writer ↔ critic ×4"])
    card = graph.get_by_role("region", name="writer")
    expect(card.get_by_role("listitem")).to_have_count(7)
    card.get_by_role("button", name="34 more").click()
    expect(card.get_by_role("listitem")).to_have_count(19)
    card.get_by_role("button", name="Fold writer").click()
    expect(card.get_by_role("listitem")).to_have_count(0)
    page.get_by_label("Find in this graph").fill("TOOL 33")
    expect(card.get_by_role("button", name=re.compile("^tool tool 33:"))).to_be_visible()
    expect(graph.get_by_text("1 of 1")).to_be_visible()
    back = graph.get_by_role("img", name="critic → planner: 4 calls · 40 ms · not priced")
    back.focus()
    expect(page.locator(".graph-told")).to_have_text(re.compile("critic → planner: 4 calls"))

    graph.get_by_role("button", name=re.compile("^agent planner: 5×")).press("Enter")
    expect(graph.get_by_role("group", name="Spans of planner")).to_contain_text("2 of 5")
    page.keyboard.press("]")
    expect(graph.get_by_role("group", name="Spans of planner")).to_contain_text("3 of 5")
    plane = page.locator(".graph-plane")
    before = plane.bounding_box()
    page.get_by_role("group", name="Graph; arrow keys move it").press("+")
    after = plane.bounding_box()
    assert before
    assert after
    assert after["width"] > before["width"]

    graph.get_by_role("button", name="Table").click()
    rows = graph.get_by_role("table", name="Calls").get_by_role("row")
    page.get_by_label("Find in this graph").fill("critic")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text=re.compile("^planner"))).to_contain_text("440 msnot priced")


def test_a_trace_is_judged_bookmarked_and_commented(visitor: Visitor, demo: Server) -> None:
    answer = span("answer")
    span_id = answer.span_id.hex()
    trace_id = send(demo, "judged", [answer])
    page = visitor.page
    visitor.go(f"/p/judged/traces/{trace_id}")

    judged = {"name": "faithful", "value": 0.25, "trace_id": trace_id, "span_id": span_id}
    assert (
        ask(demo, "POST", "/api/v1/scores?project=judged", bearer(demo.token), judged).status < 300
    )
    until(lambda: demo.get(f"/api/v1/scores?project=judged&trace_id={trace_id}")["scores"])
    page.reload()
    row = tree(visitor).get_by_role("treeitem", name="answer")
    expect(row).to_contain_text("faithful 0.25")
    row.click()
    expect(panel(visitor)).to_contain_text("faithful 0.25")
    page.get_by_role("button", name="Good answer").click()
    page.get_by_role("button", name="Bookmark").click()
    page.get_by_role("button", name="Comments").click()
    page.get_by_label("Comment", exact=True).fill(EVIL)
    page.get_by_role("button", name="Comment", exact=True).click()

    expect(page.get_by_role("dialog", name="Comments").get_by_role("listitem")).to_contain_text(
        "<script>"
    )
    page.reload()
    expect(page.get_by_role("button", name="Bookmark")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Comments, 1")).to_be_visible()
    assert page.evaluate("window.harmed") is None
