"""One trace in a browser: its waterfall, and any span of it in full."""

import re
import time
from typing import Any
from urllib.parse import quote

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from playwright.sync_api import Locator, Request, expect

from browsing import PHONE, Visitor
from running import Server, until
from sending import PROTOBUF, post, request_of, span

pytestmark = pytest.mark.browser

MANY_SPANS = 5_000
# A row is 26 pixels high; those in view and a few before and after may be in the document.
MOST_ROWS = 80


def tree(visitor: Visitor) -> Locator:
    """The rows of the waterfall."""
    return visitor.page.get_by_role("tree", name="Spans")


def line(visitor: Visitor, name: str) -> Locator:
    """The last span of that name."""
    return tree(visitor).get_by_role("treeitem", name=name, exact=True).last


def panel(visitor: Visitor) -> Locator:
    """The span that is shown in full."""
    return visitor.page.get_by_role("region", name="Span", exact=True)


def a_trace(demo: Server, status: str) -> Any:
    """The newest of the demo agent's traces that ended so, with its spans."""
    asked = quote(f'status:{status} name:"support agent"')
    rows = demo.get(f"/api/v1/traces?project=demo&limit=100&filter={asked}")["traces"]
    # One that no mishap touched, where there is a choice.
    row = next((row for row in rows if row["error_count"] == 0), rows[0])
    return demo.get(f"/api/v1/traces/{row['trace_id']}?project=demo")


def open_trace(visitor: Visitor, trace: Any) -> None:
    """Go straight to a trace and wait for its waterfall."""
    visitor.go(f"/p/demo/traces/{trace['trace']['trace_id']}")
    expect(tree(visitor).get_by_role("treeitem").first).to_be_visible()


def send(demo: Server, project: str, spans: list[Span]) -> str:
    """Store the spans of one trace and wait until it is there; its id."""
    headers = PROTOBUF | {"x-clearspan-project": project}
    status, _ = post(demo.url, "/v1/traces", request_of(spans), headers)
    assert status == 200
    path = f"/api/v1/traces?project={project}"
    trace_id = spans[0].trace_id.hex()
    until(lambda: trace_id in {row["trace_id"] for row in demo.get(path)["traces"]})
    return trace_id


def test_enter_opens_the_waterfall_of_the_trace_that_was_clicked(
    visitor: Visitor, demo: Server
) -> None:
    trace = a_trace(demo, "ok")
    visitor.go("/p/demo/traces")

    row = visitor.page.get_by_role("grid", name="Traces").get_by_role("row", name="support agent")
    row.filter(has=visitor.page.locator(f"[href*='{trace['trace']['trace_id']}']")).click()
    visitor.page.keyboard.press("Enter")

    items = tree(visitor).get_by_role("treeitem")
    expect(items).to_have_count(len(trace["spans"]))
    kinds = [item.get_by_role("img").first.get_attribute("aria-label") for item in items.all()]
    assert kinds == [step["kind"] for step in trace["spans"]]
    assert {"agent", "llm", "retriever", "reranker", "tool"} <= set(kinds)


def test_a_model_call_shows_its_conversation_tokens_and_cost(
    visitor: Visitor, demo: Server
) -> None:
    trace = a_trace(demo, "ok")
    call = next(step for step in trace["spans"] if step["name"] == "chat gpt-4o")
    open_trace(visitor, trace)

    line(visitor, "chat gpt-4o").click()

    shown = panel(visitor)
    expect(shown.get_by_role("heading", name="chat gpt-4o")).to_be_visible()
    turns = shown.get_by_role("list").first
    expect(turns).to_contain_text("System")
    expect(turns).to_contain_text("User")
    expect(turns.get_by_role("heading", name="Assistant").last).to_be_visible()
    expect(turns).to_contain_text(trace["trace"]["input_preview"][:60])
    expect(shown).to_contain_text(f"{call['output_tokens']}")
    expect(shown).to_contain_text(re.compile(rf"\${float(call['total_cost']):.3f}"))


def test_a_model_calls_tool_is_shown_with_its_arguments_and_result(
    visitor: Visitor, demo: Server
) -> None:
    open_trace(visitor, a_trace(demo, "ok"))

    line(visitor, "chat gpt-4o").click()
    card = panel(visitor).get_by_text("order_status").first
    card.click()

    expect(panel(visitor).get_by_text(re.compile("A-1|B-2|C-3")).first).to_be_visible()


def test_a_retrieval_shows_its_documents_with_their_scores(visitor: Visitor, demo: Server) -> None:
    open_trace(visitor, a_trace(demo, "ok"))

    line(visitor, "help centre").click()

    documents = panel(visitor).get_by_role("listitem")
    expect(documents.first).to_contain_text(re.compile(r"\d\.\d\d"))
    assert documents.count() > 1


def test_a_failed_span_shows_its_error_and_stack(visitor: Visitor, demo: Server) -> None:
    open_trace(visitor, a_trace(demo, "error"))

    line(visitor, "chat gpt-4o").click()

    failure = panel(visitor).get_by_role("alert")
    expect(failure).to_contain_text("ServerError")
    failure.get_by_text("Stack").click()
    expect(failure).to_contain_text("Traceback (most recent call last)")


def test_a_failed_trace_leads_to_the_step_that_failed(visitor: Visitor, demo: Server) -> None:
    open_trace(visitor, a_trace(demo, "error"))

    visitor.page.get_by_role("link", name="Failed in chat gpt-4o").click()

    expect(panel(visitor).get_by_role("alert")).to_contain_text("ServerError")
    expect(line(visitor, "chat gpt-4o")).to_have_attribute("aria-selected", "true")
    visitor.page.keyboard.press("E")
    expect(line(visitor, "chat gpt-4o")).to_have_attribute("aria-selected", "false")
    visitor.page.keyboard.press("e")
    expect(line(visitor, "chat gpt-4o")).to_have_attribute("aria-selected", "true")
    expect(visitor.page).to_have_title("support agent · Trace · demo · Clearspan")


def test_tabs_show_details_usage_and_raw_and_stand_in_the_address(
    visitor: Visitor, demo: Server
) -> None:
    open_trace(visitor, a_trace(demo, "ok"))
    line(visitor, "chat gpt-4o").click()
    shown = panel(visitor)

    shown.get_by_role("tab", name="Details").click()
    expect(shown).to_contain_text("gpt-4o-2024-08-06")
    shown.get_by_role("tab", name="Usage and cost").click()
    expect(shown).to_contain_text("as the provider reported it")
    shown.get_by_role("tab", name="Raw").click()
    expect(shown).to_contain_text("gen_ai.request.model")

    expect(visitor.page).to_have_url(re.compile("tab=raw"))
    visitor.page.reload()
    expect(shown.get_by_role("tab", name="Raw")).to_have_attribute("aria-selected", "true")
    expect(shown).to_contain_text("gen_ai.request.model")


def test_keys_walk_the_tree_and_close_the_span(visitor: Visitor, demo: Server) -> None:
    trace = a_trace(demo, "ok")
    names = [step["name"] for step in trace["spans"]]
    open_trace(visitor, trace)
    keyboard = visitor.page.keyboard
    chosen = tree(visitor).get_by_role("treeitem", selected=True)

    keyboard.press("j")
    keyboard.press("j")
    expect(chosen).to_have_attribute("aria-label", names[2])
    expect(panel(visitor).get_by_role("heading", name=names[2])).to_be_visible()
    keyboard.press("k")
    expect(chosen).to_have_attribute("aria-label", names[1])
    keyboard.press("Escape")

    expect(panel(visitor)).to_have_count(0)


def test_a_span_folds_away_what_is_below_it(visitor: Visitor, demo: Server) -> None:
    open_trace(visitor, a_trace(demo, "ok"))
    root = line(visitor, "support agent")

    visitor.page.keyboard.press("ArrowLeft")
    expect(tree(visitor).get_by_role("treeitem")).to_have_count(1)
    expect(root).to_have_attribute("aria-expanded", "false")
    root.get_by_role("button", name="Unfold").click()

    expect(line(visitor, "help centre")).to_be_visible()


def test_a_body_is_asked_for_only_when_its_span_is_shown(visitor: Visitor, demo: Server) -> None:
    trace = a_trace(demo, "ok")
    root = trace["spans"][0]["span_id"]
    call = next(step["span_id"] for step in trace["spans"] if step["name"] == "chat gpt-4o")
    visitor.resize(PHONE)
    open_trace(visitor, trace)
    visitor.page.wait_for_load_state()
    assert visitor.asked_for("/spans/") == []
    # It came with the page, and the page found it under way.
    assert len(visitor.asked_for("/outline")) == 1
    assert visitor.asked_for("/previews") == []

    visitor.go(f"/p/demo/traces/{trace['trace']['trace_id']}?span={call}")
    expect(panel(visitor).get_by_role("heading", name="Assistant").last).to_be_visible()

    assert {path.rsplit("/", 1)[1] for path in visitor.asked_for("/spans/")} == {call} - {root}


def test_a_trace_of_which_the_previews_cannot_be_read_is_searched_by_all_else(
    visitor: Visitor, demo: Server
) -> None:
    visitor.forgiven = "500"
    visitor.page.route("**/previews?*", lambda route: route.fulfill(status=500, body="{}"))
    open_trace(visitor, a_trace(demo, "ok"))

    visitor.page.get_by_label("Find in this trace").fill("help centre")

    expect(visitor.page.locator(".tree-matches")).to_have_text("– of 1")


def test_captured_markup_is_shown_as_text_and_loads_nothing(visitor: Visitor, demo: Server) -> None:
    hostile = (
        "<script>window.harmed = true</script> <img src=x onerror='window.harmed = true'>"
        " ![pixel](https://tracker.invalid/pixel.png) [here](javascript:window.harmed=true)"
        " <iframe src='https://tracker.invalid/'></iframe>"
    )
    attributes: dict[str, object] = {
        "openinference.span.kind": "LLM",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": hostile,
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": hostile,
        "<img src=x onerror='window.harmed = true'>": hostile,
    }
    trace_id = send(demo, "hostile", [span(hostile, attributes)])

    visitor.go("/p/hostile/traces")
    expect(visitor.page.get_by_role("grid", name="Traces")).to_contain_text("<script>")
    visitor.go(f"/p/hostile/traces/{trace_id}")
    expect(panel(visitor).get_by_role("list").first).to_contain_text("<script>window.harmed")
    expect(panel(visitor)).to_contain_text("<iframe")
    panel(visitor).get_by_role("tab", name="Raw").click()
    expect(panel(visitor)).to_contain_text("<img src=x")

    assert visitor.page.evaluate("window.harmed") is None
    assert visitor.page.locator("#root :is(script, iframe, img:not([role]))").count() == 0
    assert visitor.page.locator("a[href^='javascript:']").count() == 0


def test_a_trace_that_is_not_there_is_an_error_in_words(visitor: Visitor) -> None:
    visitor.forgiven = "404 (Not Found)"

    visitor.go(f"/p/demo/traces/{'0' * 31}1")

    notice = visitor.page.get_by_role("alert")
    expect(notice.get_by_role("heading", name="There is no such trace")).to_be_visible()
    expect(notice.get_by_role("button", name="Try again")).to_be_visible()


def test_a_trace_and_its_span_fit_a_phone(visitor: Visitor, demo: Server) -> None:
    visitor.resize(PHONE)
    open_trace(visitor, a_trace(demo, "error"))
    assert not visitor.scrolls_sideways()

    line(visitor, "chat gpt-4o").click()

    expect(panel(visitor).get_by_role("alert")).to_be_visible()
    assert not visitor.scrolls_sideways()


def test_a_trace_of_thousands_of_spans_scrolls_with_few_rows_in_the_document(
    visitor: Visitor, demo: Server
) -> None:
    trace_id = send(demo, "large", large_trace())

    visitor.go(f"/p/large/traces/{trace_id}")

    expect(visitor.page.get_by_text(f"{MANY_SPANS:,} spans")).to_be_visible()
    items = tree(visitor).get_by_role("treeitem")
    expect(line(visitor, "step 1")).to_be_visible()
    assert items.count() < MOST_ROWS
    tree(visitor).evaluate("element => element.scrollTo(0, element.scrollHeight)")
    expect(line(visitor, f"step {MANY_SPANS - 1}")).to_be_in_viewport()
    assert items.count() < MOST_ROWS
    visitor.page.get_by_label("Find in this trace").fill("step 2500")
    visitor.page.keyboard.press("Enter")
    expect(line(visitor, "step 2500")).to_be_in_viewport()


def large_trace() -> list[Span]:
    """A root with all other spans below it, one after the other, a millisecond each."""
    end_ns = time.time_ns()
    root = span("root")
    root.start_time_unix_nano = end_ns - MANY_SPANS * 1_000_000
    root.end_time_unix_nano = end_ns
    spans = [root]
    for number in range(1, MANY_SPANS):
        step = span(f"step {number}", trace_id=root.trace_id, parent=root.span_id)
        step.start_time_unix_nano = root.start_time_unix_nano + number * 1_000_000
        step.end_time_unix_nano = step.start_time_unix_nano + 900_000
        spans.append(step)
    return spans


def test_a_long_text_is_read_by_pages_and_searched_whole(visitor: Visitor, demo: Server) -> None:
    text = "".join(f"Line {number}: the tenant keeps the fox.\n" for number in range(60_000))
    made = span("lease", {"gen_ai.operation.name": "chat", "input.value": text})
    trace_id = send(demo, "long", [made])
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/text" in request.url:
            asked.append(request.headers.get("range", ""))

    visitor.page.on("request", note)

    visitor.go(f"/p/long/traces/{trace_id}?span={made.span_id.hex()}")
    expect(
        panel(visitor).get_by_text(
            f"Input is longer than what is shown of it: {len(text) / 1e6:.1f} MB."
        )
    ).to_be_visible()
    visitor.page.get_by_label("Find in this trace").fill("line 59999")
    expect(visitor.page.get_by_role("main").get_by_role("status")).to_have_text("1 of 1")
    assert asked == []
    panel(visitor).get_by_role("button", name="Read all of it").press("Enter")
    reader = visitor.page.get_by_role("dialog", name="Input")
    shown = reader.get_by_role("region", name="The text")
    expect(shown).to_contain_text("Line 0: the tenant")
    reader.get_by_role("button", name="Next", exact=True).click()
    expect(shown).to_contain_text("Line 1700:")
    reader.get_by_role("slider", name="Place in the text").press("End")
    expect(shown).to_contain_text("Line 59999:")
    expect(reader.get_by_role("button", name="Next", exact=True)).to_be_disabled()
    reader.get_by_role("searchbox").fill("LINE 3000")
    reader.get_by_role("searchbox").press("Enter")
    expect(reader.get_by_role("status")).to_have_text("1 of 11")
    expect(shown.locator("mark")).to_have_text("Line 3000")
    reader.get_by_role("searchbox").press("Enter")
    expect(reader.get_by_role("status")).to_have_text("2 of 11")
    expect(shown.locator("mark")).to_be_in_viewport()
    reader.get_by_role("searchbox").fill("landlord")
    reader.get_by_role("searchbox").press("Enter")
    expect(reader.get_by_role("status")).to_have_text("Not in the text")
    with visitor.page.expect_download() as download:
        reader.get_by_role("link", name="Download").click()
    assert download.value.path().read_text(encoding="utf-8") == text
    visitor.page.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    ranges = [one for one in asked if one]
    assert all(re.fullmatch(r"bytes=\d+-\d+", one) for one in ranges)
    assert 3 <= len(ranges) <= 6
