"""The playground in a browser: the request of a call on two models, compared, kept as a prompt that a program reads."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import PHONE, Visitor
from looking import faults

pytestmark = pytest.mark.browser

# Quoted whole by the simulator, which takes seconds.
LONG = "[1] Retries wait longer each time, " + ", ".join(f"then {at} s" for at in range(1, 400))


def outputs(page: Page) -> Locator:
    return page.get_by_role("article", name=re.compile("^Output "))


def ended(page: Page, count: int) -> None:
    """So many outputs are over."""
    expect(outputs(page)).to_have_count(count)
    expect(page.locator(".output[data-status=answering]")).to_have_count(0)


def add_model(page: Page, model: str) -> None:
    page.get_by_role("button", name=re.compile("^One more model")).click()
    page.get_by_placeholder("A model, also one that is not listed").fill(model)
    page.get_by_role("option", name=re.compile(f"^{re.escape(model)} ?simulated")).first.click()


def test_a_turn_of_a_chat_is_asked_of_two_models_and_kept_as_a_prompt_for_programs(
    visitor: Visitor, tmp_path: Path
) -> None:
    page, project = visitor.page, f"play-{uuid.uuid4().hex[:8]}"
    visitor.go(f"/p/{project}/chat")
    page.get_by_label("Message", exact=True).fill("How do I return a lamp?")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("article", name="Answer").get_by_role("link", name="Trace").click()
    page.get_by_role("link", name="Open in playground").click()

    expect(page.get_by_label("Part 1 of message 1")).to_have_value("How do I return a lamp?")
    page.get_by_label("Part 1 of message 1").fill("How do I return a {{thing}}?")
    add_model(page, "gpt-4o-mini")
    page.get_by_role("button", name="Run").click()
    ended(page, 2)
    for at, model in enumerate(("gpt-4o", "gpt-4o-mini")):
        expect(outputs(page).nth(at)).to_contain_text(model)
        expect(outputs(page).nth(at)).to_contain_text("tok")
        outputs(page).nth(at).get_by_role("button", name="Compare").click()
    expect(page.get_by_role("region", name="Difference")).to_be_visible()
    assert faults(page, "main") == []

    page.get_by_role("button", name="Save as prompt version").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Prompt, or a new name").fill("lamps/return")
    dialog.get_by_label("Labels, such as production").fill("production")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="lamps/return 1")).to_be_visible()
    assert said_by_a_program(visitor, project, tmp_path) == "1 How do I return a lamp?"

    outputs(page).first.get_by_role("link", name="Trace").click()
    page.get_by_role("tab", name="Details").click()
    asked_again = page.get_by_role("term").filter(has_text="Asked again of")
    expect(asked_again).to_be_visible()


def said_by_a_program(visitor: Visitor, project: str, home: Path) -> str:
    """What the SDK reads of the prompt in a process of its own."""
    program = (
        "import clearspan; p = clearspan.prompt('lamps/return');"
        "print(p.version, p.compile(thing='lamp')[-1]['content'])"
    )
    own = {
        "CLEARSPAN_ENDPOINT": visitor.server.url,
        "CLEARSPAN_PROJECT": project,
        "CLEARSPAN_KEY": visitor.server.token,
        "XDG_CACHE_HOME": str(home),
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_a_request_is_written_run_three_times_stopped_and_found_again_after_a_reload(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.go(f"/p/play-{uuid.uuid4().hex[:8]}/playground")
    expect(page.get_by_text("No message has a text.")).to_be_visible()
    page.get_by_label("Part 1 of message 1").fill(LONG)
    page.get_by_label("Part 1 of message 2").fill("How long do retries wait?")
    page.get_by_label("Tools").fill("{")
    expect(page.get_by_text("The tools cannot be read as JSON.")).to_be_visible()
    expect(page.get_by_role("button", name="Run")).to_be_disabled()
    page.get_by_label("Tools").fill("")
    page.get_by_label("Times").fill("3")
    page.get_by_role("button", name="Run").click()

    expect(outputs(page)).to_have_count(3)
    for at in range(3):
        expect(outputs(page).nth(at)).to_contain_text("then 3 s")
    page.reload()
    expect(outputs(page)).to_have_count(3)
    page.get_by_role("button", name="Stop").click()
    ended(page, 3)
    for at in range(3):
        expect(outputs(page).nth(at)).to_contain_text("Stopped.")
        expect(outputs(page).nth(at)).not_to_contain_text("then 399 s")


def test_messages_are_added_moved_and_removed_and_it_is_used_on_a_phone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go(f"/p/play-{uuid.uuid4().hex[:8]}/playground")
    visitor.resize(PHONE)
    page.get_by_role("button", name="Add a message").click()
    page.get_by_label("Part 1 of message 3").fill("Third.")
    page.get_by_role("button", name="Move message 3 up").click()
    expect(page.get_by_label("Part 1 of message 2")).to_have_value("Third.")
    page.get_by_role("button", name="Remove message 3").click()
    page.get_by_role("button", name="Add a part to message 2").click()
    page.get_by_role("textbox", name="Part 2 of message 2").fill("More.")
    page.get_by_label("Role of message 2").select_option("user")
    assert faults(page) == []
    visitor.resize(PHONE)
    page.get_by_role("button", name="Run").click()

    ended(page, 1)
    assert faults(page, "main") == []
