"""Getting in with the install's token, what an empty project teaches, and the frame around every page."""

import os
import re
import subprocess
import sys
import uuid

import pytest
from playwright.sync_api import expect

from browsing import Visitor
from running import Server

pytestmark = pytest.mark.browser


def test_the_address_with_the_token_lets_in_and_the_token_leaves_it(
    stranger: Visitor, demo: Server
) -> None:
    stranger.go(f"/#token={demo.token}")

    stranger.page.wait_for_url("**/p/demo/overview*")
    expect(stranger.page.get_by_role("heading", name="Overview")).to_be_visible()
    assert demo.token not in stranger.page.url
    assert [cookie.get("httpOnly") for cookie in stranger.page.context.cookies()] == [True]
    assert [url for url in stranger.asked if demo.token in url] == []
    stranger.page.go_back()
    assert demo.token not in stranger.page.url


def test_an_address_that_langfuses_clients_print_leads_to_the_trace(visitor: Visitor) -> None:
    found = visitor.server.get("/api/v1/traces?project=demo&limit=1&from=1000000000000")
    trace_id = found["traces"][0]["trace_id"]

    visitor.go(f"/project/demo/traces/{uuid.UUID(trace_id)}")

    expect(visitor.page).to_have_url(re.compile(f"/p/demo/traces/{trace_id}$"))
    expect(visitor.page.get_by_role("tree", name="Spans")).to_be_visible()


def test_without_the_token_the_page_says_how_to_get_in(stranger: Visitor) -> None:
    stranger.go("/p/demo/traces")

    expect(stranger.page.get_by_role("heading", name="Open Clearspan")).to_be_visible()
    expect(stranger.page.get_by_text("clearspan open")).to_be_visible()
    assert stranger.asked_for("/api/v1/") == ["/api/v1/me"]


def test_the_pasted_token_leads_to_the_page_that_was_asked_for(
    stranger: Visitor, demo: Server
) -> None:
    stranger.go("/p/demo/traces")

    stranger.page.get_by_label("Token").fill(demo.token)
    stranger.page.get_by_role("button", name="Open", exact=True).click()

    expect(stranger.page.get_by_role("grid", name="Traces")).to_be_visible()


def test_a_wrong_token_is_refused_in_words(stranger: Visitor) -> None:
    stranger.forgiven = "401 (Unauthorized)"

    stranger.go("/#token=made-up")

    expect(stranger.page.get_by_role("alert")).to_contain_text("token")
    expect(stranger.page.get_by_label("Token")).to_be_editable()


def test_the_lines_shown_to_an_empty_project_send_its_first_trace(visitor: Visitor) -> None:
    visitor.go("/p/first/overview")
    expect(
        visitor.page.get_by_role("heading", name="Nothing has been sent to first")
    ).to_be_visible()
    block = visitor.page.locator("pre").filter(has_text="import clearspan")
    lines = block.inner_text()

    kept = {key: value for key, value in os.environ.items() if "CLEARSPAN" not in key}
    subprocess.run([sys.executable, "-c", lines], env=kept, check=True, timeout=120)

    totals = visitor.page.get_by_role("region", name="Totals")
    expect(totals.get_by_role("button", name=re.compile(r"^Traces 1\b"))).to_be_visible()


def test_a_chosen_theme_is_applied_and_kept(visitor: Visitor) -> None:
    visitor.go("/p/demo/overview")
    page = visitor.page
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.get_by_role("button", name="Switch to light").click()
    page.get_by_role("button", name="Switch to dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()

    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_the_palette_opens_with_a_key_and_leads_to_a_page(visitor: Visitor) -> None:
    visitor.go("/p/demo/overview")
    page = visitor.page
    expect(page.get_by_role("region", name="Totals")).to_be_visible()

    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Command palette")).to_be_visible()
    page.keyboard.type("failed")
    page.get_by_role("option", name="Failed traces", exact=True).click()

    expect(page).to_have_url(re.compile("/p/demo/traces.*filter=status%3Aerror"))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_palette_goes_where_the_first_letters_of_a_page_lead(visitor: Visitor) -> None:
    visitor.go("/p/demo/overview")
    expect(visitor.page.get_by_role("region", name="Totals")).to_be_visible()

    visitor.page.keyboard.press("Meta+k")
    visitor.page.get_by_role("combobox", name="Command palette").fill("trac")
    visitor.page.keyboard.press("Enter")

    expect(visitor.page).to_have_url(re.compile("/p/demo/traces(?!.*filter)"))


def test_the_palette_keeps_the_range_and_finds_the_traces_of_a_user(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/p/demo/overview?range=6h")
    expect(page.get_by_role("region", name="Totals")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type("logs")
    page.get_by_role("option", name="Logs", exact=True).click()
    expect(page).to_have_url(re.compile("/p/demo/live.*range=6h.*tab=logs"))
    page.keyboard.press("Control+k")
    page.keyboard.type("lucia")
    page.get_by_role("option", name="Filter traces by user lucia").click()

    expect(page).to_have_url(re.compile("/p/demo/traces"))
    expect(page.get_by_role("combobox", name="Filter", exact=True)).to_have_value("user:lucia*")


def test_the_tabs_of_settings_stay_above_a_long_one(visitor: Visitor) -> None:
    visitor.resize((1440, 500))
    visitor.go("/p/demo/settings/redaction")

    expect(visitor.page.get_by_role("button", name="Redact", exact=True)).to_be_visible()
    tabs = visitor.page.get_by_role("navigation", name="Settings").bounding_box()
    assert tabs is not None
    assert tabs["height"] > 20


def test_an_unknown_address_leads_back(visitor: Visitor) -> None:
    visitor.go("/p/demo/nowhere")

    expect(visitor.page.get_by_role("heading", name="There is no page here")).to_be_visible()
    visitor.page.get_by_role("link", name="Go to the overview").click()
    expect(visitor.page.get_by_role("heading", name="Overview")).to_be_visible()
