"""Talking to models in a browser: asked, stopped, asked again, branched, reloaded in the middle, found, put away."""

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from browsing import PHONE, Visitor
from looking import faults

pytestmark = pytest.mark.browser

# The simulator quotes the sentence of a passage that fits the question: one of this length takes seconds.
LONG = "[1] Retries wait longer each time, " + ", ".join(f"then {at} s" for at in range(1, 2000))
QUESTION = "How long do retries wait?"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c63f8cfc0f01f00050001ff56c72f0d0000000049454e44ae426082"
)


@pytest.fixture
def chat(visitor: Visitor) -> Visitor:
    """Somebody on the page of a project in which nobody has talked yet."""
    visitor.go(f"/p/chat-{uuid.uuid4().hex[:8]}/chat")
    expect(field(visitor.page)).to_be_focused()
    expect(
        visitor.page.get_by_role("button", name=re.compile("^Model: .* simulated$"))
    ).to_be_visible()
    return visitor


def field(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def ask(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Enter")


def answers(page: Page) -> Locator:
    return page.get_by_role("article", name="Answer")


def ended(page: Page, count: int) -> Locator:
    """The last of so many answers on the path, once it is over."""
    expect(answers(page)).to_have_count(count)
    expect(page.locator(".answer[data-status=answering]")).to_have_count(0)
    return answers(page).last


def settings(page: Page, system: str) -> None:
    page.get_by_role("button", name="System prompt and parameters").click()
    prompt = page.get_by_role("region", name="System prompt and parameters").locator("textarea")
    prompt.fill(system)
    prompt.blur()
    page.get_by_role("button", name="System prompt and parameters").click()


def choose(page: Page, model: str) -> None:
    page.get_by_role("button", name=re.compile("^Model: ")).click()
    page.get_by_placeholder("A model, also one that is not listed").fill(model)
    page.get_by_role("option", name=re.compile(f"^{re.escape(model)} ?simulated")).first.click()
    expect(page.get_by_role("button", name=f"Model: {model} simulated", exact=True)).to_be_visible()


def test_a_new_user_talks_switches_the_model_stops_and_goes_on_after_a_reload(
    chat: Visitor,
) -> None:
    page = chat.page
    page.get_by_role("button", name="Explain what a token is").click()
    first = ended(page, 1)
    expect(first).to_contain_text("simulated")
    expect(first.get_by_role("link", name="Trace")).to_be_visible()
    expect(first).to_contain_text("first token")
    expect(page.get_by_role("complementary", name="Figures")).to_contain_text("Requests1")

    choose(page, "gpt-4o-mini")
    ask(page, "And which model says so?")
    expect(ended(page, 2)).to_contain_text("gpt-4o-mini")

    settings(page, LONG)
    ask(page, QUESTION)
    expect(answers(page).nth(2)).to_contain_text("then 3 s")
    field(page).press("Escape")
    stopped = ended(page, 3)
    expect(stopped).to_contain_text("Stopped.")
    expect(stopped).not_to_contain_text("then 1999 s")
    expect(page.get_by_role("complementary", name="Figures")).to_contain_text("Cancelled1")

    stopped.get_by_role("button", name="Answer again").click()
    again = page.get_by_role("article", name="Answer").nth(2)
    expect(again).to_contain_text("then 3 s")
    page.reload()
    expect(page.locator(".answer[data-status=answering]")).to_contain_text("then 3 s")
    expect(page.locator(".answer[data-status=answering]")).to_contain_text("then 40 s")
    field(page).press("Escape")
    whole = ended(page, 3)
    expect(whole).to_contain_text("2 / 2")
    whole.get_by_role("button", name="The answer before").click()
    expect(answers(page).last).to_contain_text("Stopped.")
    expect(answers(page).last).to_contain_text("1 / 2")

    answers(page).first.get_by_role("link", name="Trace").click()
    page.wait_for_url(re.compile("/traces/[0-9a-f]{32}"))
    expect(page.get_by_role("region", name="Span")).to_contain_text("Explain what a token is")


def test_what_was_read_before_an_answer_ended_does_not_bring_it_back(chat: Visitor) -> None:
    page = chat.page
    held: list[tuple[Route, str]] = []
    page.route(
        re.compile(r"/api/v1/conversations/[a-z]+\?"),
        lambda route: held.append((route, route.fetch().text())),
    )
    ask(page, "What is a span?")
    ended(page, 1).evaluate(
        "answer => { window.seen = []; new MutationObserver(() => window.seen.push(answer.dataset.status))"
        ".observe(answer, { attributes: true, attributeFilter: ['data-status'] }) }"
    )

    for route, read in held:
        route.fulfill(json=before_its_end(json.loads(read)))
    ask(page, "And a trace?")
    ended(page, 2)

    assert held
    assert page.evaluate("window.seen") == []


def before_its_end(conversation: dict[str, Any]) -> dict[str, Any]:
    *earlier, answer = conversation["messages"]
    return {**conversation, "messages": [*earlier, {**answer, "status": "answering", "text": ""}]}


def test_an_edited_question_begins_a_branch_beside_the_first(chat: Visitor) -> None:
    page = chat.page
    ask(page, "What is a span?")
    ended(page, 1)

    page.get_by_role("button", name="Edit the question").click()
    editor = page.get_by_role("textbox", name="Question")
    editor.fill("What is a trace?")
    editor.press("Enter")

    expect(page.get_by_role("article", name="Question")).to_contain_text("What is a trace?")
    ended(page, 1)
    page.get_by_role("button", name="The question before").click()
    expect(page.get_by_role("article", name="Question")).to_contain_text("What is a span?")
    page.reload()
    expect(page.get_by_role("article", name="Question")).to_contain_text("What is a span?")
    expect(page.get_by_role("article", name="Question")).to_contain_text("1 / 2")


def test_files_are_attached_and_what_will_be_masked_is_said_before(
    chat: Visitor, tmp_path: Path
) -> None:
    page = chat.page
    (tmp_path / "dot.png").write_bytes(PNG)
    (tmp_path / "notes.txt").write_text("Write to ann@example.org.", encoding="utf-8")
    (tmp_path / "blob.bin").write_bytes(b"\x00\x01\x02")
    page.get_by_label("Files to attach").set_input_files(
        [tmp_path / name for name in ("dot.png", "notes.txt", "blob.bin")]
    )

    chips = page.get_by_role("list", name="Attached")
    expect(chips).to_contain_text("blob.bin is no text")
    page.get_by_role("button", name="Take blob.bin away").click()
    field(page).fill("Call +49 30 901820, and read the notes.")
    badge = page.get_by_role("button", name=re.compile("^Masked in the record: "))
    expect(badge).to_contain_text("2 masked")
    badge.click()
    expect(page.get_by_role("dialog", name="What is masked")).to_contain_text("[redacted:email]")
    page.keyboard.press("Escape")
    field(page).press("Enter")

    ended(page, 1)
    question = page.get_by_role("article", name="Question")
    expect(question.get_by_role("img", name="dot.png")).to_have_js_property("naturalWidth", 1)
    expect(question).to_contain_text("notes.txt")
    expect(chips).to_have_count(0)


def test_conversations_are_found_renamed_put_away_and_deleted(chat: Visitor) -> None:
    page = chat.page
    ask(page, "Zanzibar or bust?")
    ended(page, 1)
    row = page.get_by_role("navigation", name="Conversations").get_by_role("listitem")
    expect(row).to_contain_text("Zanzibar or bust?")

    def do(what: str) -> None:
        page.get_by_role("button", name=re.compile("^What to do with ")).click()
        page.get_by_role("menuitem", name=what).click()

    do("Rename")
    page.get_by_role("dialog").get_by_label("Title").fill("An island")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(row).to_contain_text("An island")

    page.get_by_label("Search conversations").fill("nowhere at all")
    expect(page.get_by_text("No conversation has these words.")).to_be_visible()
    page.get_by_label("Search conversations").fill("island")
    expect(row).to_contain_text("An island")
    page.get_by_label("Search conversations").fill("")

    do("Archive")
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Archived", exact=True).click()
    expect(row).to_contain_text("An island")
    do("Restore")
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Open", exact=True).click()
    do("Delete…")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    page.wait_for_url(re.compile("/chat(\\?|$)"))


def test_what_a_provider_refuses_is_said_where_the_answer_would_be(chat: Visitor) -> None:
    page = chat.page
    page.get_by_role("button", name=re.compile("^Model: ")).click()
    page.get_by_placeholder("A model, also one that is not listed").fill("no-such-model")
    page.get_by_role("option", name=re.compile("no-such-model")).click()
    ask(page, "Anybody there?")

    failed = ended(page, 1)
    expect(failed.get_by_role("alert")).to_contain_text("no-such-model")
    expect(failed.get_by_role("button", name="Answer again")).to_be_enabled()
    assert faults(page, "main") == []


def test_it_is_good_to_look_at_and_to_use_on_a_phone(chat: Visitor) -> None:
    page = chat.page
    assert faults(page) == []
    chat.resize(PHONE)
    field(page).fill("| a | b |\n|---|---|\n| 1 | 2 |\n\nWhat is this table?")
    page.get_by_role("button", name="Send").click()
    ended(page, 1)

    page.get_by_role("button", name="Figures").click()
    expect(page.get_by_role("complementary", name="Figures")).to_be_visible()
    page.get_by_role("button", name="Close").click(position={"x": 5, "y": 300})
    page.get_by_role("button", name="Conversations", exact=True).click()
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("list", name="Suggestions")).to_be_visible()
    page.go_back()
    ended(page, 1)
    assert faults(page) == []


def test_a_long_conversation_draws_what_is_in_view_and_opens_at_its_end(chat: Visitor) -> None:
    page = chat.page
    ask(page, "The beginning.")
    ended(page, 1)
    conversation = page.url.rpartition("/")[2].partition("?")[0]
    messages = [
        {
            **_MESSAGE,
            "id": f"{at:x}",
            "parent": None if at == 1 else f"{at - 1:x}",
            "role": "user" if at % 2 else "assistant",
            "text": f"Message {at}.\n\n" + "It goes on and on. " * (at % 9),
        }
        for at in range(1, 501)
    ]
    page.route(
        re.compile(f"/api/v1/conversations/{conversation}\\?"),
        lambda route: route.fulfill(
            body=json.dumps({**route.fetch().json(), "messages": messages, "leaf": "1f4"})
        ),
    )
    page.reload()

    expect(page.get_by_text("Message 500.")).to_be_in_viewport()
    expect(page.locator(".message-place").nth(40)).to_have_count(0)
    page.get_by_role("feed", name="Messages").evaluate("feed => feed.scrollTo({ top: 0 })")
    expect(page.get_by_text(re.compile(r"^Message 1\."))).to_be_in_viewport()
    page.get_by_role("button", name="To the end of the conversation").click()
    expect(page.get_by_text("Message 500.")).to_be_in_viewport()


_MESSAGE = {
    "reasoning": "",
    "attachments": [],
    "provider": "simulated",
    "model": "gpt-4o",
    "status": "ok",
    "error": "",
    "trace_id": "",
    "created": "2026-01-01T00:00:00Z",
    "left_out": 0,
}
