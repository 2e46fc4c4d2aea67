"""Prompts in a browser: written, compared, labelled and deleted; a program gets what the page says it gets."""

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, expect

from asking import Client, make_key
from browsing import PHONE, Visitor
from looking import faults
from running import settle
from sending import PROTOBUF, post, request_of, span

pytestmark = pytest.mark.browser

NAME = "support/answer – ü"
ADDRESS = quote(NAME, safe="")
TWO = (
    {"template": "Answer {{question}}.", "labels": ["production"], "message": "first"},
    {
        "template": [
            {"role": "system", "content": "Answer kindly, in {{language}}."},
            {"role": "user", "content": "{{question}}"},
        ],
        "config": {"model": "gpt-4o-mini"},
        "message": "kinder",
    },
)


@pytest.fixture
def owner(visitor: Visitor) -> Client:
    """Asks about a project of its own."""
    return Client(visitor.server, f"prompts-{uuid.uuid4().hex[:10]}")


def keep(owner: Client, *versions: Mapping[str, object], name: str = NAME) -> None:
    for version in versions:
        assert owner("POST", "/prompts", {"name": name, **version})[0] == 201


def called(owner: Client, version: str, tokens: int) -> bytes:
    """Send ten calls of a version; the id of a trace of them."""
    told: dict[str, object] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": tokens,
        "clearspan.prompt.name": NAME,
        "clearspan.prompt.version": version,
    }
    made = [span("chat", told) for _ in range(10)]
    headers = PROTOBUF | {"x-clearspan-project": owner.project}
    assert post(owner.server.url, "/v1/traces", request_of(made), headers)[0] == 200
    return made[0].trace_id


def versions(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("navigation", name="Versions").get_by_role("link")


def test_a_first_prompt_is_written_changed_and_fetched_by_the_program_on_its_page(
    visitor: Visitor, owner: Client, tmp_path: Path
) -> None:
    page = visitor.page
    visitor.go(f"/p/{owner.project}/prompts")
    expect(page.get_by_role("heading", name="No prompt is kept")).to_be_visible()
    page.get_by_role("button", name="New prompt").click()
    page.get_by_label("Text").fill("Greet {{name}}.")
    expect(page.locator(".variables code")).to_have_text(["name"])
    page.get_by_label("Config").fill('{"model": ')
    expect(page.get_by_role("alert")).to_contain_text("not JSON")
    expect(page.get_by_role("button", name="Save…")).to_be_disabled()
    page.get_by_label("Config").fill('{"model": "gpt-4o"}')
    # What is written outlives a reload, and goes when it is saved.
    page.reload()
    expect(page.get_by_label("Text")).to_have_value("Greet {{name}}.")
    assert faults(page, "main") == []
    page.get_by_role("button", name="Save…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Prompt, or a new name").fill(NAME)
    dialog.get_by_label("What is new").fill("the first")
    dialog.get_by_label("Labels").fill("latest")
    expect(dialog.get_by_role("alert")).to_contain_text("by itself")
    dialog.get_by_label("Labels").fill("production")
    expect(dialog.get_by_text("A new prompt.")).to_be_visible()
    assert faults(page, ".dialog", is_brief=True) == []
    dialog.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
    expect(page.locator("mark")).to_have_text(["{{name}}"])
    page.get_by_role("button", name="New version").click()
    text = page.get_by_label("Text")
    expect(text).to_have_value("Greet {{name}}.")
    text.fill("Greet {{name}} in {{language}}.")
    page.get_by_role("button", name="Save…").click()
    dialog.get_by_label("Labels").fill("production")
    expect(dialog.get_by_text("It becomes version 2.")).to_be_visible()
    expect(dialog.get_by_text("production leaves version 1")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(versions(visitor)).to_have_count(2)
    expect(versions(visitor).first).to_contain_text("production")

    page.get_by_role("tab", name="How to use it").click()
    program = page.locator(".code-block code").inner_text()
    key = make_key(visitor.server, owner.project, "ingest")
    environment = {**os.environ, "CLEARSPAN_KEY": key, "XDG_CACHE_HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", f"{program}\nprint(text)"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=environment,
    )
    assert (ran.stdout, ran.stderr) == ("Greet … in ….\n", "")


def test_versions_are_compared_by_an_address_and_walked_by_keyboard(
    visitor: Visitor, owner: Client
) -> None:
    page = visitor.page
    keep(owner, *TWO)
    keep(owner, *({"template": f"Say {number}."} for number in range(58)))
    visitor.go(f"/p/{owner.project}/prompts/{ADDRESS}?version=2&with=1")

    # Of sixty versions the one that is shown is in sight.
    shown = page.get_by_role("navigation", name="Versions").locator("[aria-current=page]")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("kinder")
    expect(shown).to_be_in_viewport()
    changes = page.get_by_role("region", name="Changes of text")
    expect(changes.locator("ins").filter(has_text="kindly")).to_be_visible()
    expect(changes.locator("del").first).to_be_visible()
    expect(page.get_by_role("region", name="Changes of config")).to_contain_text("gpt-4o-mini")
    assert faults(page, "main", is_brief=True) == []
    page.get_by_label("Compare with").select_option("version 3")
    expect(page).to_have_url(re.compile("with=3"))

    shown.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Version 3")).to_be_visible()
    expect(page.locator(".template-text")).to_have_text("Say 0.")
    visitor.go(f"/p/{owner.project}/prompts/{ADDRESS}?version=999")
    expect(page.get_by_role("heading", name="There is no version 999")).to_be_visible()
    visitor.resize(PHONE)
    assert not visitor.scrolls_sideways()


def test_a_label_is_moved_and_removed_with_a_word_about_who_gets_what(
    visitor: Visitor, owner: Client
) -> None:
    page = visitor.page
    keep(owner, *TWO)
    visitor.go(f"/p/{owner.project}/prompts/{ADDRESS}")
    page.get_by_role("button", name="Set a label…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Label").fill("production")
    expect(dialog).to_contain_text("production leaves version 1")
    expect(dialog).to_contain_text("get version 2")
    assert faults(page, ".dialog", is_brief=True) == []
    dialog.get_by_role("button", name="Set the label").click()

    expect(versions(visitor).first).to_contain_text("production")
    expect(versions(visitor).last).not_to_contain_text("production")
    assert owner("GET", f"/prompts/{ADDRESS}")[1]["version"] == 2
    page.get_by_role("button", name="Remove the label production").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(versions(visitor).first).not_to_contain_text("production")
    assert owner("GET", f"/prompts/{ADDRESS}")[0] == 404

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("menuitem", name="Version 2…").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
    expect(versions(visitor)).to_have_count(1)
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("menuitem", name="The whole prompt…").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No prompt is kept")).to_be_visible()


def test_figures_stand_by_version_and_a_span_leads_to_the_version_that_it_names(
    visitor: Visitor, owner: Client
) -> None:
    page = visitor.page
    keep(owner, *TWO)
    keep(owner, {"template": "x", "tags": ["batch"]}, name="summary")
    called(owner, "1", 100)
    trace = called(owner, "2", 200)
    settle(owner.server)
    visitor.go(f"/p/{owner.project}/prompts")
    row = page.get_by_role("row").filter(has_text=NAME)
    expect(row).to_contain_text("200")
    expect(row.get_by_text("production")).to_be_visible()
    page.get_by_label("Search prompts").fill("SUMM")
    expect(row).to_have_count(0)
    page.get_by_label("Search prompts").fill("")
    page.get_by_label("Tag").select_option("batch")
    expect(row).to_have_count(0)
    page.get_by_label("Tag").select_option("Every tag")
    row.get_by_role("link", name=NAME).click()

    doubled = "Version 2 doubled the input tokens: 200 a call, 100 in version 1."
    expect(page.get_by_text(doubled)).to_be_visible()
    page.get_by_role("tab", name="Figures").click()
    table = page.get_by_role("table", name="Figures by version")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("figure", name="Input tokens a call by version")).to_be_visible()
    assert faults(page, "main") == []
    table.get_by_role("link", name="1", exact=True).click()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value(
        f'prompt:"{NAME}" prompt_version:1'
    )
    expect(page.get_by_role("row").filter(has_text="chat")).to_have_count(10)

    visitor.go(f"/p/{owner.project}/traces/{trace.hex()}")
    page.get_by_role("treeitem", name="chat").click()
    page.get_by_role("link", name=f"{NAME}@2").click()
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
