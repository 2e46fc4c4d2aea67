"""Dashboards in a browser: started from one that is there, edited, ordered by keyboard, exported and imported."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from browsing import PHONE, Visitor
from looking import faults

pytestmark = pytest.mark.browser

# How many pixels of the last two columns of a canvas are drawn on: what is cut there reaches them.
INK_AT_THE_EDGE = """canvas => {
  const pixels = canvas.getContext('2d').getImageData(canvas.width - 2, 0, 2, canvas.height).data;
  return pixels.filter((value, at) => at % 4 === 3 && value > 0).length;
}"""
MIXED: dict[str, Any] = {
    "clearspan_dashboard": 1,
    "name": "Mixed",
    "range": "7d",
    "panels": [
        {
            "title": "Nobody",
            "kind": "line",
            "source": {"of": "spans", "filter": "name:nobody", "measure": "count"},
        },
        {
            "title": "Broken",
            "kind": "table",
            "source": {"of": "sql", "sql": "select toUInt64(name) as number from spans"},
        },
        {
            "title": "Kinds",
            "kind": "table",
            "source": {"of": "spans", "measure": "count", "split": "kind"},
        },
    ],
}


def panel(visitor: Visitor, title: str) -> Locator:
    return visitor.page.get_by_role("region", name=title, exact=True)


def titles(visitor: Visitor) -> list[str]:
    return visitor.page.locator(".panels h3").all_inner_texts()


def settled(visitor: Visitor) -> None:
    """Wait until every panel shows something."""
    expect(visitor.page.locator(".panels h3").first).to_be_visible()
    expect(visitor.page.locator(".panels .waiting")).to_have_count(0)


def imported(visitor: Visitor, document: dict[str, Any], tmp_path: Path) -> None:
    """Bring a file in from the list."""
    file = tmp_path / "board.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    visitor.go("/p/demo/dashboards")
    expect(visitor.page.get_by_role("button", name="Import…")).to_be_visible()
    visitor.page.get_by_label("File of a dashboard").set_input_files(file)


def test_a_dashboard_is_started_from_one_that_is_there_edited_and_taken_along(
    visitor: Visitor, tmp_path: Path
) -> None:
    page, name = visitor.page, f"Tools of {uuid.uuid4().hex[:6]}"
    visitor.go("/p/demo/dashboards")
    page.get_by_role("link", name="Tools & retrieval").click()
    settled(visitor)
    expect(panel(visitor, "Tool calls").locator("canvas")).to_be_visible()
    assert faults(page, "main") == []
    page.get_by_role("button", name="Start from it").click()
    page.get_by_role("textbox", name="Name").fill(name)

    # The second panel is moved before the first by the keyboard, and one is made into figures.
    handle = page.get_by_role("button", name="Move Failed tool calls", exact=True)
    handle.focus()
    handle.press("ArrowLeft")
    expect(page.get_by_role("status").filter(has_text="place 1 of 9")).to_have_count(1)
    expect(handle).to_be_focused()
    assert faults(page, "main") == []
    page.get_by_role("button", name="Remove Embeddings").click()
    page.get_by_role("button", name="Edit Tool calls").click()
    assert faults(page, "main") == []
    page.get_by_role("textbox", name="Title").fill("Calls of tools")
    page.get_by_role("combobox", name="Measure").select_option("Latency p50")
    page.get_by_role("button", name="Table").click()
    shown = panel(visitor, "Calls of tools")
    expect(shown.get_by_role("columnheader", name="Latency p50")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name=name)).to_be_visible()
    settled(visitor)
    now = titles(visitor)
    assert now[:3] == ["Failed tool calls", "Calls of tools", "Tool latency p95"]
    assert "Embeddings" not in now
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    document = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert (document["name"], len(document["panels"])) == (name, 8)

    imported(visitor, document | {"name": f"{name} again"}, tmp_path)
    expect(page.get_by_role("heading", name=f"{name} again")).to_be_visible()
    settled(visitor)
    assert titles(visitor) == now
    shown.get_by_role("button", name="order_status").click()
    expect(page).to_have_url(re.compile(r"/spans\?filter=kind%3Atool\+tool%3Aorder_status"))


def test_a_panel_is_moved_by_the_mouse(visitor: Visitor, tmp_path: Path) -> None:
    visitor.forgiven = "400 (Bad Request)"
    imported(visitor, MIXED, tmp_path)
    visitor.page.get_by_role("button", name="Edit", exact=True).click()
    settled(visitor)

    handle = visitor.page.get_by_role("button", name="Move Kinds", exact=True)
    handle.drag_to(visitor.page.get_by_role("heading", name="Nobody"))

    expect(visitor.page.locator(".panels h3")).to_have_text(["Kinds", "Nobody", "Broken"])


def test_a_panel_that_fails_or_is_empty_says_so_and_leaves_others_alone(
    visitor: Visitor, tmp_path: Path
) -> None:
    page, visitor.forgiven = visitor.page, "400 (Bad Request)"
    imported(visitor, MIXED, tmp_path)

    expect(panel(visitor, "Nobody")).to_contain_text("Nothing in this range.")
    expect(panel(visitor, "Broken").get_by_role("alert")).to_contain_text("Cannot parse")
    expect(panel(visitor, "Kinds").get_by_role("button", name="llm")).to_be_visible()
    asked = len(visitor.asked_for("/api/v1/sql"))
    panel(visitor, "Broken").get_by_role("button", name="Try again").click()
    page.wait_for_function("() => document.querySelectorAll('.panel-trouble').length === 1")
    expect(panel(visitor, "Broken").get_by_role("alert")).to_contain_text("Cannot parse")
    assert len(visitor.asked_for("/api/v1/sql")) > asked

    # The page's filter holds for every panel that a filter can hold for, and says where it cannot.
    page.get_by_role("combobox", name="Filter").fill("kind:tool")
    page.get_by_role("combobox", name="Filter").press("Enter")
    expect(panel(visitor, "Kinds").get_by_role("button", name="tool")).to_be_visible()
    expect(panel(visitor, "Kinds").get_by_role("button", name="llm")).to_have_count(0)
    visitor.resize(PHONE)
    assert not visitor.scrolls_sideways()


def test_what_a_page_shows_is_put_on_a_dashboard(visitor: Visitor, tmp_path: Path) -> None:
    page, name = visitor.page, f"Kept {uuid.uuid4().hex[:6]}"
    imported(visitor, {**MIXED, "name": name, "panels": []}, tmp_path)
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    visitor.go("/p/demo/sql?sql=select+kind,+count()+as+calls+from+spans+group+by+kind")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Bars").click()
    page.get_by_role("button", name="Add to dashboard").click()
    page.get_by_role("menuitem", name=name).click()
    expect(page.get_by_role("link", name=name)).to_be_visible()

    visitor.go("/p/demo/cost?range=7d&by=provider")
    page.get_by_role("button", name="Add to dashboard").click()
    page.get_by_role("menuitem", name=name).click()
    page.get_by_role("link", name=name).click()

    settled(visitor)
    assert titles(visitor) == ["calls by kind", "Cost by provider"]
    expect(page.get_by_role("figure", name="calls by kind").locator("canvas")).to_be_visible()
    names = page.get_by_role("list", name="Lines of Cost by provider")
    expect(names.get_by_role("button").first).to_be_visible()


def test_the_list_is_ordered_by_keyboard_and_says_so(visitor: Visitor, tmp_path: Path) -> None:
    page, name = visitor.page, f"Placed {uuid.uuid4().hex[:6]}"
    for which in ("first", "second"):
        imported(visitor, {**MIXED, "name": f"{name} {which}", "panels": []}, tmp_path)
        expect(page.get_by_role("heading", name=f"{name} {which}")).to_be_visible()
    visitor.go("/p/demo/dashboards")
    handle = page.get_by_role("button", name=f"Move {name} second", exact=True)
    handle.focus()

    with page.expect_response(re.compile("dashboards/order")):
        handle.press("ArrowUp")

    told = page.get_by_role("status").filter(has_text=re.compile(rf"{name} second: place \d+ of"))
    expect(told).to_have_count(1)
    placed = page.get_by_role("link", name=re.compile(name))
    expect(placed).to_have_text([f"{name} second", f"{name} first"])
    expect(handle).to_be_focused()


def test_the_last_label_below_a_chart_is_whole(visitor: Visitor, tmp_path: Path) -> None:
    page, count = visitor.page, {"of": "spans", "measure": "count"}
    one = {"title": "Spans", "kind": "line", "width": "full", "source": count}
    imported(visitor, {**MIXED, "panels": [one]}, tmp_path)
    settled(visitor)
    midnight = datetime.now(ZoneInfo("Europe/Berlin")).replace(hour=0, minute=0, second=0)
    today = "..".join(
        f"{(midnight + timedelta(days=days)).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for days in (0, 1)
    )
    # The label of the next day stands at the very end of the axis.
    page.goto(f"{page.url.split('?')[0]}?range={today}")
    settled(visitor)
    expect(panel(visitor, "Spans").locator("canvas")).to_be_visible()

    assert panel(visitor, "Spans").locator("canvas").evaluate(INK_AT_THE_EDGE) == 0


def test_a_file_that_is_no_dashboard_is_refused_with_the_place(
    visitor: Visitor, tmp_path: Path
) -> None:
    visitor.forgiven = "400 (Bad Request)"
    wrong = {**MIXED, "panels": [{"title": "x", "source": {"of": "spans", "filter": "modle:x"}}]}
    imported(visitor, wrong, tmp_path)
    expect(visitor.page.get_by_role("alert")).to_contain_text("panels.0.source.filter")

    imported(visitor, {"name": "x"}, tmp_path)
    expect(visitor.page.get_by_role("alert")).to_contain_text("clearspan_dashboard")


def test_who_saves_second_is_told_who_was_first_and_loses_nothing(
    visitor: Visitor, tmp_path: Path
) -> None:
    page, visitor.forgiven = visitor.page, "409 (Conflict)"
    name = f"Shared {uuid.uuid4().hex[:6]}"
    imported(visitor, {**MIXED, "name": name, "panels": MIXED["panels"][2:]}, tmp_path)
    page.get_by_role("button", name="Edit", exact=True).click()
    title = page.get_by_role("textbox", name="Name")
    title.fill(f"{name} of mine")
    path = f"/api/v1/dashboards/{page.url.split('?')[0].rsplit('/', 1)[1]}"
    theirs = visitor.server.get(f"{path}?project=demo")
    page.evaluate(
        """async ([path, body]) => {
            const me = await (await fetch('/api/v1/me')).json();
            const headers = {'content-type': 'application/json', 'x-csrf-token': me.csrf};
            await fetch(path + '?project=demo', {method: 'PUT', headers, body});
        }""",
        [path, json.dumps({"version": 1, "document": theirs["document"]})],
    )

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("changed this dashboard at")
    page.get_by_role("button", name="Save mine as a copy").click()

    expect(page.get_by_role("heading", name=f"{name} of mine (mine)")).to_be_visible()
