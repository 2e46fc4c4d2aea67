"""A link to one trace: made by an admin, opened in a fresh browser, and revoked."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Request, expect

from browsing import PHONE, Visitor, profile, visiting
from running import settle
from sending import PROTOBUF, post, request_of, span
from team import ADMIN, PASSWORD, Team
from test_browser_replay import turn
from test_browser_trace import panel

pytestmark = pytest.mark.browser

PROJECT = "linked"
NOT_SHARED = "Failed to load resource"  # the refusal of a link that was revoked


def sent(team: Team) -> str:
    """A conversation that failed; its id."""
    spans = turn("linked", span("now").start_time_unix_nano, fails=True)
    key = team.key("ingest", project=PROJECT)
    status, _ = post(team.server.url, "/v1/traces", request_of(spans), PROTOBUF | key)
    assert status == 200
    trace_id = spans[0].trace_id.hex()
    settle(team.server)
    return trace_id


def made(visitor: Visitor, *, has_texts: bool) -> str:
    """A link to the trace that is open, made by its menu."""
    page = visitor.page
    page.get_by_role("button", name="Copy or open the trace").click()
    page.get_by_role("menuitem", name="Share with a link").click()
    page.get_by_label("what was said").set_checked(has_texts)
    page.get_by_role("button", name="Create a link").click()
    shown = page.get_by_role("dialog", name="The link")
    link = shown.locator("pre").inner_text().strip()
    shown.get_by_role("button", name="I have it").click()
    return link


def replayed(guest: Visitor) -> None:
    """The guest goes to the failure, step by step."""
    page = guest.page
    page.get_by_role("tab", name="Replay").click()
    steps = page.get_by_role("list", name="What happened").get_by_role("listitem")
    expect(steps.first).to_contain_text("refunds began.")
    page.get_by_role("button", name="2 failures").click()
    expect(steps.last).to_contain_text("Called pay_back")
    expect(steps.last).to_contain_text("which failed")
    expect(panel(guest).get_by_role("heading", name="pay_back")).to_be_visible()


def test_a_link_opens_in_a_fresh_browser_until_it_is_revoked(browser: Browser, team: Team) -> None:
    trace_id = sent(team)
    with profile(browser) as theirs, visiting(theirs, team.server) as admin:
        admin.forgiven = NOT_SHARED
        page = admin.page
        admin.go(f"/p/{PROJECT}/traces/{trace_id}")
        page.get_by_label("Name or e-mail address").fill(ADMIN)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        link, bare = (made(admin, has_texts=each) for each in (True, False))
        parts = urlsplit(link)
        assert (parts.path, parts.fragment[:3]) == ("/share", "sh_")

        with profile(browser) as fresh, visiting(fresh, team.server) as guest:
            requests: list[Request] = []
            guest.page.on("request", lambda request: requests.insert(0, request))
            guest.page.goto(link)
            expect(guest.page.get_by_role("heading", name="refunds", level=2)).to_be_visible()
            expect(guest.page.get_by_text("Shared trace")).to_be_visible()
            feed = guest.page.get_by_role("feed", name="Transcript")
            expect(feed.get_by_text("where is my money").first).to_be_visible()
            guest.page.get_by_role("tab", name="Tree + timeline").click()
            expect(guest.page.get_by_role("treeitem", name="pay_back")).to_be_visible()
            expect(guest.page.get_by_role("navigation")).to_have_count(0)
            replayed(guest)
            expect(panel(guest)).to_contain_text("The bank did not answer.")
            expect(panel(guest)).to_contain_text("Arguments")
            guest.resize(PHONE)
            assert not guest.scrolls_sideways()
            guest.page.goto(bare)
            expect(guest.page.get_by_text("without what was said")).to_be_visible()
            expect(guest.page.get_by_role("treeitem", name="pay_back")).to_be_visible()
            guest.page.get_by_role("treeitem", name="chat").first.click()
            expect(panel(guest)).to_contain_text("gpt-4o")
            before = len(guest.asked_for("/contents"))
            replayed(guest)
            expect(guest.page.get_by_text("where is my money")).to_have_count(0)
            assert len(guest.asked_for("/contents")) == before
            elsewhere = [path for path in guest.asked_for("/api/") if trace_id not in path]
            # The frame of every page asks who is there.
            assert set(elsewhere) <= {"/api/v1/shared", "/api/v1/me"}
            assert not [one for one in requests if parts.fragment in one.url.partition("#")[0]]
            assert not [one.url for one in requests if one.all_headers().get("referer")]

        page.get_by_role("link", name="Settings").click()
        page.get_by_role("link", name="Links", exact=True).click()
        table = page.get_by_role("table", name="Links")
        expect(table.get_by_role("row")).to_have_count(3)
        table.get_by_role("button", name="Revoke").first.click()
        expect(table.get_by_role("row")).to_have_count(2)
        table.get_by_role("button", name="Revoke").click()
        expect(page.get_by_text("No trace of this project is shared.")).to_be_visible()

        with profile(browser) as fresh, visiting(fresh, team.server) as guest:
            guest.forgiven = NOT_SHARED
            guest.page.goto(link)
            expect(guest.page.get_by_text("This link opens nothing")).to_be_visible()
            expect(guest.page.get_by_text("was revoked")).to_be_visible()
