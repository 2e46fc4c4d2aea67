"""Replay in a browser: a conversation that failed, by mouse, by keyboard, by itself and from an address."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from playwright.sync_api import Locator, expect

from browsing import PHONE, Visitor
from running import Server, until
from sending import span
from test_browser_lenses import messages
from test_browser_trace import panel, send

pytestmark = pytest.mark.browser

MS = 1_000_000
MANY = 400
TURNS = 1_000
# Two frames at each place: it is drawn, and left again.
DRAG = """
(slider, place) => {
    const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
    set.call(slider, place);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
}
"""
ASKED = "I sent the lamp back, where is my money?"


def turn(session: str, start_ns: int, *, fails: bool) -> list[Span]:
    """An agent that is asked for money back, decides, calls a tool and answers, or cannot."""
    asked = messages(("user", ASKED))
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "refunds"}
    root = span("refunds", {**agent, "session.id": session, "gen_ai.input.messages": asked})
    root.start_time_unix_nano = start_ns
    root.end_time_unix_nano = start_ns + 4_000 * MS

    def part(name: str, from_ms: int, to_ms: int, **attributes: str) -> Span:
        named = {f"gen_ai.{key.replace('__', '.')}": value for key, value in attributes.items()}
        made = span(name, {**named}, trace_id=root.trace_id, parent=root.span_id)
        made.start_time_unix_nano = start_ns + from_ms * MS
        made.end_time_unix_nano = start_ns + to_ms * MS
        return made

    call = {"type": "tool_call", "id": "call_1", "name": "pay_back", "arguments": {"order": 7}}
    decided = json.dumps([{"role": "assistant", "parts": [call]}])
    answered = messages(("assistant", "I cannot pay it back." if fails else "It is on its way."))
    chat = {"operation__name": "chat", "request__model": "gpt-4o", "input__messages": asked}
    tool = part(
        *("pay_back", 1_000, 3_000),
        operation__name="execute_tool",
        tool__name="pay_back",
        tool__call__arguments='{"order": 7}',
        tool__call__result="" if fails else '{"payments": [1]}',
    )
    if fails:
        tool.status.code = root.status.code = Status.STATUS_CODE_ERROR
        tool.status.message = "The bank did not answer."
    return [
        root,
        part("chat", 0, 1_000, **chat, output__messages=decided),
        tool,
        part("chat", 3_000, 4_000, **chat, output__messages=answered),
    ]


@pytest.fixture(scope="module")
def turns(demo: Server) -> list[str]:
    """The ids of two traces of one session: the first failed."""
    start_ns = span("now").start_time_unix_nano
    made = [turn("refund-7", start_ns + at * 60_000 * MS, fails=at == 0) for at in range(2)]
    ids = [send(demo, "replayed", spans) for spans in made]
    until(lambda: len(demo.get("/api/v1/traces?project=replayed")["traces"]) == 2)
    return ids


def happened(visitor: Visitor) -> Locator:
    """The steps that are told."""
    return visitor.page.get_by_role("list", name="What happened").get_by_role("listitem")


def place(visitor: Visitor) -> Locator:
    """How far it has come."""
    return visitor.page.locator(".replay-place")


def test_a_failed_conversation_is_replayed_by_mouse(visitor: Visitor, turns: list[str]) -> None:
    page = visitor.page
    visitor.go("/p/replayed/sessions/refund-7")
    page.get_by_role("link", name="Replay").click()

    expect(happened(visitor)).to_have_count(1)
    expect(happened(visitor).first).to_contain_text(f"refunds began.{ASKED}")
    page.get_by_role("button", name="Next step").click()
    expect(happened(visitor).last).to_contain_text("gpt-4o decided to call pay_back.")
    page.get_by_role("button", name="2 failures").click()
    expect(happened(visitor).last).to_contain_text(
        "Called pay_back (order: 7), which failed.took 2.00 sThe bank did not answer."
    )
    expect(place(visitor)).to_have_text("3 of 53.00 s of 4.00 s")
    spans = page.get_by_role("tree", name="Spans")
    expect(spans.get_by_role("treeitem", name="pay_back")).to_have_attribute(
        "aria-selected", "true"
    )
    expect(page.locator(".play-head")).to_have_count(4)
    expect(page.locator("[data-played=later]")).to_have_count(0)
    happened(visitor).first.get_by_role("button").click()
    expect(place(visitor)).to_contain_text("1 of 5")
    expect(page.locator("[data-played=later]")).to_have_count(2)
    page.get_by_role("button", name="Next turn").click()
    expect(page).to_have_url(re.compile(f"{turns[1]}.*lens=replay"))
    page.get_by_role("slider", name="Step").fill("3")
    expect(happened(visitor).last).to_contain_text("Called pay_back (order: 7) → 1 payment")


def test_a_failed_conversation_is_replayed_by_keyboard(visitor: Visitor, turns: list[str]) -> None:
    page = visitor.page
    visitor.go(f"/p/replayed/traces/{turns[0]}")
    page.get_by_role("tab", name="Replay").click()
    expect(happened(visitor)).to_have_count(1)

    page.keyboard.press("ArrowRight")
    expect(place(visitor)).to_contain_text("2 of 5")
    page.keyboard.press("e")
    expect(place(visitor)).to_contain_text("3 of 5")
    page.keyboard.press("End")
    expect(happened(visitor).last).to_contain_text("refunds failed.")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    expect(place(visitor)).to_contain_text("4 of 5")
    expect(panel(visitor)).to_have_count(0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("k")
    expect(happened(visitor).last).to_contain_text("gpt-4o answered.took 1.00 sI cannot pay it")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(place(visitor)).not_to_contain_text("1 of 5")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_a_replay_goes_on_to_the_next_turn_and_ends(visitor: Visitor, turns: list[str]) -> None:
    page = visitor.page
    visitor.go("/p/replayed/sessions/refund-7")
    page.evaluate("localStorage.setItem('clearspan.replay speed', '4')")

    visitor.go(f"/p/replayed/traces/{turns[0]}?lens=replay&at=4&play=on")

    expect(page).to_have_url(re.compile(f"{turns[1]}.*at=5"))
    expect(page).not_to_have_url(re.compile("play=on"))
    expect(happened(visitor).last).to_contain_text("refunds was done.")


def test_an_address_leads_to_a_step(visitor: Visitor, turns: list[str]) -> None:
    visitor.go(f"/p/replayed/traces/{turns[0]}?lens=replay&at=3")

    expect(happened(visitor)).to_have_count(3)
    expect(happened(visitor).last).to_have_attribute("aria-current", "step")
    expect(panel(visitor).get_by_role("heading", name="pay_back")).to_be_visible()
    visitor.resize(PHONE)
    expect(happened(visitor).last).to_be_visible()
    assert not visitor.scrolls_sideways()


def test_a_session_of_a_thousand_turns_is_drawn_where_it_is_looked_at(
    visitor: Visitor, demo: Server
) -> None:
    first = span("turn 0", {"session.id": "long", "input.value": "asks 0"})
    made = [span(f"turn {n}", {"session.id": "long"}) for n in range(1, TURNS)]
    end_ns = first.end_time_unix_nano
    for number, one in enumerate([first, *made]):
        one.start_time_unix_nano = end_ns - (TURNS - number) * 1_000 * MS
        one.end_time_unix_nano = one.start_time_unix_nano + 500 * MS
    send(demo, "thousand", [made[-1], first, *made[:-1]])
    session = "/api/v1/sessions/long?project=thousand"
    until(lambda: demo.get(session)["traces"] == TURNS)
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        path = f"/api/v1/traces?project=thousand&from=0&sort=start&limit=400&cursor={cursor}"
        found = demo.get(path)
        names += [row["name"] for row in found["traces"]]
        cursor = found["next_cursor"]
    assert names == [f"turn {number}" for number in range(TURNS)]

    page = visitor.page
    visitor.go("/p/thousand/sessions/long?live=off")
    turns = page.get_by_role("list", name="Turns").get_by_role("listitem")
    expect(turns.first).to_contain_text("turn 0")
    for _ in range(TURNS):
        page.locator(".session-page").evaluate("each => each.scrollTo(0, each.scrollHeight)")
        if turns.filter(has_text=f"turn {TURNS - 1}").count():
            break
        page.wait_for_timeout(50)
    expect(turns.last).to_contain_text(f"turn {TURNS - 1}")
    assert turns.count() < TURNS / 10
    assert not visitor.asked_for("/contents")
    page.get_by_role("link", name="Replay").click()
    expect(happened(visitor).first).to_contain_text("turn 0")
    page.get_by_role("button", name="Next turn").click()
    expect(happened(visitor).first).to_contain_text("turn 1")
    assert len(visitor.asked_for("/outline")) == 2


def test_what_is_passed_quickly_is_not_asked_for(visitor: Visitor, demo: Server) -> None:
    root = span("batch", {"gen_ai.operation.name": "invoke_agent"})
    start_ns = root.start_time_unix_nano
    root.end_time_unix_nano = start_ns + MANY * MS
    tools = [span(f"tool {at}", trace_id=root.trace_id, parent=root.span_id) for at in range(MANY)]
    for at, tool in enumerate(tools):
        tool.attributes.add(key="gen_ai.operation.name").value.string_value = "execute_tool"
        tool.start_time_unix_nano = start_ns + at * MS
        tool.end_time_unix_nano = start_ns + (at + 1) * MS
    trace_id = send(demo, "passed", [root, *tools])
    clock = visitor.page.clock
    clock.install()
    visitor.go(f"/p/passed/traces/{trace_id}?lens=replay")
    expect(happened(visitor).first).to_contain_text("batch began.")

    clock.pause_at(datetime.now(UTC) + timedelta(minutes=5))
    for place in range(1, MANY, 20):
        visitor.page.get_by_role("slider", name="Step").evaluate(DRAG, place)
        clock.run_for(34)  # two frames
    visitor.page.keyboard.press("End")
    clock.resume()

    expect(happened(visitor).last).to_contain_text("batch was done.")
    expect(happened(visitor).nth(-2)).to_contain_text(f"Called tool {MANY - 1} → nothing")
    # Each of the places passed shows a dozen of them.
    assert sum(url.count("span=") for url in visitor.asked if "/contents" in url) < MANY / 2
