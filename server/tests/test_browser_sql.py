"""The page of SQL in a browser: a query is written with help, run, drawn, taken along, refused at its place, ended."""

import csv
import io
import json
import re
import select
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from asking import ask, bearer
from attacking import ENDLESS
from browsing import PHONE, Visitor
from looking import faults
from running import Server, until

pytestmark = pytest.mark.browser

# The editor takes Enter for its list only after 75 ms, so that nobody accepts what opened under their fingers.
_SHOWN = "new Promise(done => setTimeout(done, 100))"


def editor(visitor: Visitor) -> Locator:
    """Where a query is written."""
    return visitor.page.get_by_role("textbox", name="SQL query")


def opened(visitor: Visitor, sql: str = "") -> None:
    """Open the page, with a query in its address, and wait until it knows the tables."""
    visitor.go(f"/p/demo/sql?sql={quote(sql)}")
    expect(visitor.page.get_by_role("complementary", name="Tables")).to_contain_text("rollups")


def accept(visitor: Visitor, name: str) -> None:
    """Take what the list of completions has first."""
    first = visitor.page.get_by_role("option", name=re.compile(rf"^{name}\b"), selected=True)
    expect(first).to_be_visible()
    visitor.page.evaluate(_SHOWN)
    visitor.page.keyboard.press("Enter")


def test_a_query_is_written_with_help_run_drawn_and_taken_along(visitor: Visitor) -> None:
    page = visitor.page
    opened(visitor)
    editor(visitor).click()
    page.keyboard.type("select kind, cou")
    accept(visitor, "count")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(" as calls from spa")
    accept(visitor, "spans")
    page.keyboard.type(" group by kind order by calls desc")
    expect(editor(visitor)).to_have_text(
        "select kind, count() as calls from spans group by kind order by calls desc"
    )
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Run")).to_be_focused()
    page.keyboard.press("Enter")

    rows = page.get_by_role("grid", name="Rows").get_by_role("rowgroup").get_by_role("row")
    expect(rows.filter(has_text=re.compile(r"^tool\d+$"))).to_have_count(1)
    expect(page).to_have_url(re.compile(r"sql=select\+kind"))
    assert faults(page, "main") == []
    page.get_by_role("grid", name="Rows").press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    second = rows.nth(1).get_by_role("gridcell").first.inner_text()
    expect(page.get_by_role("complementary", name="Value")).to_contain_text(second)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="CSV").click()
    table = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert table[0] == ["kind", "calls"]
    assert [row[0] for row in table[1:]] == [row.split("\n")[0] for row in rows.all_inner_texts()]
    page.get_by_role("button", name="Bars").click()
    expect(page.get_by_role("figure", name="calls by kind").locator("canvas")).to_be_visible()
    visitor.resize(PHONE)
    assert not visitor.scrolls_sideways()


def test_a_fault_is_marked_at_its_place_and_goes_with_it(visitor: Visitor) -> None:
    visitor.forgiven = "400 (Bad Request)"
    page = visitor.page
    opened(visitor, "select name,\n  sleep(3)\nfrom spans")
    assert "/api/v1/sql" not in visitor.asked_for("sql")  # a link runs nothing

    editor(visitor).press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("line 2, column 3: the function 'sleep'")
    expect(page.locator(".sql-fault")).to_have_text("sleep")
    page.get_by_role("button", name="Go to line 2, column 3").click()
    page.keyboard.type("length ")
    expect(page.locator(".sql-fault")).to_have_count(0)
    page.keyboard.press("Control+Home")
    page.keyboard.type("\n\n")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("alert")).not_to_contain_text("sleep")
    expect(page.get_by_role("alert")).to_contain_text("length")


def test_a_query_that_takes_long_is_ended(visitor: Visitor) -> None:
    page = visitor.page
    opened(visitor, ENDLESS)
    state = page.get_by_role("toolbar", name="Query").get_by_role("status")

    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("progressbar", name="Of at most 10 s")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(state).to_have_text(re.compile(r"^Stopped after \d\.\d s$"))
    editor(visitor).press("Control+a")
    page.keyboard.type("select trace_id, null as nothing from traces limit 1")
    editor(visitor).press("Control+Enter")

    expect(state).to_have_text(re.compile("^1 row in"))
    row = page.get_by_role("grid", name="Rows").get_by_role("row").nth(1)
    expect(row).to_contain_text("null")
    row.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/p/demo/traces/[0-9a-f]{32}"))
    page.go_back()
    page.get_by_role("button", name="History").click()
    expect(page.get_by_role("menuitem", name=re.compile("no answer"))).to_have_count(1)


def test_an_answer_that_is_cut_says_so_and_one_that_is_too_much_says_what_to_do(
    visitor: Visitor,
) -> None:
    visitor.forgiven = "400 (Bad Request)"
    page = visitor.page
    opened(visitor, "select arrayJoin(range(20000)) as n order by n")
    state = page.get_by_role("toolbar", name="Query").get_by_role("status")

    page.get_by_role("button", name="Run").click()
    expect(state).to_have_text(re.compile(r"^The first 10.000 rows, there are more in "))
    expect(page.get_by_role("grid", name="Rows")).to_have_attribute("aria-rowcount", "10001")
    editor(visitor).click()
    editor(visitor).press("Control+a")
    page.keyboard.insert_text("select range(9000) as a from (select arrayJoin(range(1000)) as n)")
    expect(editor(visitor)).to_contain_text("range(9000)")
    editor(visitor).press("Control+Enter")

    expect(state).to_have_text("Failed")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Ended at a limit")
    expect(alert).to_contain_text("16 MB")
    expect(alert).to_contain_text("start_minute")
    assert faults(page, "main") == []


def test_a_query_that_comes_beside_two_others_is_told_to_come_again(visitor: Visitor) -> None:
    visitor.forgiven = "429 (Too Many Requests)"
    page = visitor.page
    opened(visitor, "select 1 as one")
    state = page.get_by_role("toolbar", name="Query").get_by_role("status")

    with never_idle(visitor.server):
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Too many queries at once")
        expect(state).to_have_text("Failed")
    until(lambda: status_of(visitor.server) == 200)
    page.get_by_role("button", name="Run again").click()

    expect(state).to_have_text(re.compile("^1 row in"))


def status_of(server: Server) -> int:
    """What a small query is answered by."""
    asked = {"sql": "select 1"}
    return ask(server, "POST", "/api/v1/sql", bearer(server.token), asked).status


@contextmanager
def never_idle(server: Server) -> Iterator[None]:
    """As many queries as run at once, and one more that waits for a place: who comes now finds none."""
    done = threading.Event()
    askers = [threading.Thread(target=keep_asking, args=(server, done)) for _ in range(3)]
    for one in askers:
        one.start()
    try:
        until(lambda: status_of(server) == 429)
        yield
    finally:
        done.set()
        for one in askers:
            one.join()


def keep_asking(server: Server, done: threading.Event) -> None:
    headers = bearer(server.token) | {"content-type": "application/json"}
    while not done.is_set():
        with closing(HTTPConnection(urlsplit(server.url).netloc, timeout=60)) as asker:
            asker.request("POST", "/api/v1/sql", json.dumps({"sql": ENDLESS}), headers)
            while not done.is_set() and not select.select([asker.sock], [], [], 0.1)[0]:
                pass
