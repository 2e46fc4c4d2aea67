"""What is done with a list in a browser: facets, columns, views, zoom, and what is taken home from it."""

import csv
import io
import json
import re

import pytest
from playwright.sync_api import Locator, expect

from browsing import Visitor
from running import Server

pytestmark = pytest.mark.browser


def grid(visitor: Visitor, name: str) -> Locator:
    """One of the lists."""
    return visitor.page.get_by_role("grid", name=name)


def rows(visitor: Visitor, name: str) -> Locator:
    """Its rows that are in the document."""
    return grid(visitor, name).get_by_role("rowgroup").get_by_role("row")


def test_selected_rows_are_exported_as_a_file(visitor: Visitor) -> None:
    visitor.go("/p/demo/traces")
    page = visitor.page
    expect(rows(visitor, "Traces").first).to_be_visible()

    for key in ("j", "x", "j", "x", "e"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Export traces")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export").click()

    expect(dialog.get_by_role("status")).to_have_text("2 traces exported.")
    text = download.value.path().read_text(encoding="utf-8")
    chosen = rows(visitor, "Traces").and_(page.locator("[aria-selected=true]")).get_by_role("link")
    ids = chosen.evaluate_all("links => links.map(link => link.pathname.split('/').pop())")
    assert sorted(row["trace_id"] for row in csv.DictReader(io.StringIO(text))) == sorted(ids)


def test_a_facet_narrows_the_list_and_its_other_click_leaves_out(
    visitor: Visitor, demo: Server
) -> None:
    def counted(filter_text: str) -> int:
        path = f"/api/v1/traces?project=demo&limit=100&filter={filter_text}"
        return len(demo.get(path)["traces"])

    visitor.go("/p/demo/traces")
    page = visitor.page
    facets = page.get_by_role("complementary", name="Facets")

    facets.get_by_role("button", name=re.compile(r"^error\b")).click()
    expect(rows(visitor, "Traces")).to_have_count(counted("status:error"))
    facets.get_by_role("button", name=re.compile(r"^error\b")).click(modifiers=["Alt"])

    expect(page.get_by_role("combobox", name="Filter")).to_have_value("-status:error")
    expect(page.get_by_role("toolbar").get_by_role("paragraph")).to_contain_text(
        f"{counted('-status:error')} traces"
    )


def test_columns_are_chosen_ordered_and_kept(visitor: Visitor) -> None:
    visitor.go("/p/demo/traces")
    page = visitor.page
    expect(rows(visitor, "Traces").first).to_be_visible()

    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Models").uncheck()
    page.get_by_role("button", name="Move Cost to the left").click()
    page.keyboard.press("Escape")

    names = grid(visitor, "Traces").get_by_role("columnheader")
    expect(names.nth(4)).to_have_text("Duration")
    expect(names.nth(5)).to_have_text("Cost")
    visitor.go("/p/demo/traces")
    expect(names.nth(5)).to_have_text("Cost")


def test_a_view_is_saved_applied_and_deleted(visitor: Visitor) -> None:
    visitor.go("/p/demo/traces?filter=status:error&sort=-cost")
    page = visitor.page
    expect(rows(visitor, "Traces").first).to_be_visible()

    page.get_by_role("button", name="Views").click()
    page.get_by_label("Name of the view").fill("Dear failures")
    page.keyboard.press("Enter")
    saved = page.get_by_role("button", name=re.compile("^Dear failures"))
    expect(saved).to_be_visible()
    visitor.go("/p/demo/traces")
    page.get_by_role("button", name="Views").click()
    saved.click()

    expect(page).to_have_url(re.compile("filter=status%3Aerror.*sort=-cost"))
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Delete Dear failures").click()
    expect(saved).to_have_count(0)


def test_a_drag_over_the_histogram_zooms_into_the_time(visitor: Visitor) -> None:
    visitor.go("/p/demo/traces?range=1h")
    page = visitor.page
    expect(rows(visitor, "Traces").first).to_be_visible()
    strip = page.get_by_role("figure", name="traces over time").locator("svg")

    box = strip.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 10)
    page.mouse.up()

    expect(page).to_have_url(re.compile(r"range=20\d\d.*\.\."))
    expect(page.get_by_role("heading", name="No traces in this time range")).to_be_visible()


def test_the_part_of_a_filter_that_hides_everything_is_named(visitor: Visitor) -> None:
    visitor.go("/p/demo/traces?filter=status:ok cost>1000")
    page = visitor.page

    hiding = page.get_by_role("listitem").filter(has_text="cost>1000")
    hiding.get_by_role("button", name="Take it out").click()

    expect(page.get_by_role("combobox", name="Filter")).to_have_value("status:ok")
    expect(rows(visitor, "Traces").first).to_be_visible()


def test_a_list_that_is_refused_names_the_mistake_and_the_request(visitor: Visitor) -> None:
    visitor.forgiven = "400 (Bad Request)"
    visitor.go("/p/demo/spans?filter=modle:x")

    alert = visitor.page.get_by_role("main").get_by_role("alert")
    expect(alert).to_contain_text("did you mean model?")
    expect(alert.get_by_role("button", name="Copy request id")).to_be_visible()


def test_of_ten_thousand_rows_those_in_view_are_in_the_document(
    visitor: Visitor, demo: Server
) -> None:
    [row] = demo.get("/api/v1/traces?project=demo&limit=1")["traces"]
    page = visitor.page
    page.add_init_script(f"({_MANY_ROWS})({json.dumps(row)}, 10000)")
    visitor.go("/p/demo/traces?live=off&sort=-cost")
    expect(rows(visitor, "Traces").first).to_be_visible()
    assert page.evaluate(_LOAD_ALL) >= 10_000 * 26

    assert rows(visitor, "Traces").count() < 120


# Pages of a list that is longer than the server's, made where they are read: sending them takes ten seconds.
_MANY_ROWS = """(row, count) => {
  const real = window.fetch;
  window.fetch = async (address, options) => {
    const url = new URL(address, location);
    if (!url.pathname.endsWith('/traces')) return real(address, options);
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const upto = Math.min(from + Number(url.searchParams.get('limit')), count);
    const traces = Array.from({length: upto - from}, (_, at) => (
      {...row, trace_id: String(from + at).padStart(32, '0')}
    ));
    return Response.json({traces, next_cursor: upto < count ? String(upto) : null});
  };
}"""

# To the end of the list, until it has no further rows: its height.
_LOAD_ALL = """async () => {
  const list = document.querySelector('[role=grid]');
  for (let left = 400; list.scrollHeight < 10000 * 26 && left > 0; left--) {
    list.scrollTo(0, list.scrollHeight);
    await new Promise(done => setTimeout(done, 15));
  }
  return list.scrollHeight;
}"""
