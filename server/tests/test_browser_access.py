"""From open mode to a team, in a browser: the first admin, keys, a session that ends, the way of a complaint."""

import csv
import io
import json
import os
import re
from collections.abc import Iterator

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from playwright.sync_api import Browser, Locator, Page, expect

from asking import ask, bearer, make_key, signed_in
from browsing import PHONE, Visitor, profile, visiting
from clearspan_server.api.pages import STATIC
from running import Server, serving, until
from sending import PROTOBUF, post, put, request_of, span

pytestmark = pytest.mark.browser

POISON = "poisonous"
NAME, PASSWORD = "ann@example.org", "a long enough password"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in open mode, which these tests end; its engine refuses what holds a certain word."""
    if not (STATIC / "index.html").is_file():
        pytest.fail("The interface has not been built: `make web` builds it.", pytrace=False)
    folder = tmp_path_factory.mktemp("access")
    faults = folder / "faults.json"
    faults.write_text(json.dumps({"refuse_named": POISON}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "CLEARSPAN_FAULTS", str(faults))
        with serving(folder / "data") as server:
            yield server


@pytest.fixture
def somebody(browser: Browser, own: Server) -> Iterator[Visitor]:
    """A fresh browser."""
    with profile(browser) as context, visiting(context, own) as made:
        made.forgiven = "Failed to load resource"  # what the tests provoke: 401 and 403
        yield made


def sign_in(page: Page, name: str = NAME, password: str = PASSWORD) -> None:
    page.get_by_label("Name or e-mail address").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_from_open_mode_to_a_key_and_through_the_end_of_a_session(
    somebody: Visitor, own: Server
) -> None:
    page = somebody.page
    somebody.go(f"/#token={own.token}")
    page.get_by_role("button", name="Account: This install's owner").click()
    page.get_by_role("menuitem", name="Create the first admin").click()
    page.get_by_label("Name or e-mail address").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the admin").click()
    expect(page.get_by_role("table", name="Accounts")).to_contain_text(f"{NAME} you")

    page.get_by_role("button", name=f"Account: {NAME}").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Clearspan")).to_be_visible()
    sign_in(page, password="not the password")
    expect(page.get_by_role("alert")).to_contain_text("the name or the password is wrong")
    sign_in(page)

    page.get_by_role("link", name="Settings").click()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="API keys").click()
    page.get_by_role("button", name="New key").click()
    page.get_by_label("What it is for").fill("checkout service")
    page.get_by_label("read everything of the project").check()
    page.get_by_role("button", name="Create", exact=True).click()
    shown = page.get_by_role("dialog", name="The key")
    key = shown.locator("pre").inner_text()
    assert ask(own, "GET", "/api/v1/traces", bearer(key)).status == 200
    shown.get_by_role("button", name="I have it").click()
    page.get_by_role("button", name="Revoke checkout service").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("There is no key yet.")).to_be_visible()
    assert ask(own, "GET", "/api/v1/traces", bearer(key)).status == 401

    page.get_by_role("button", name="New key").click()
    page.get_by_label("What it is for").fill("typed before the session ended")
    end_sessions_of_others(own)
    page.get_by_role("button", name="Create", exact=True).click()
    again = page.get_by_role("dialog", name="Sign in again")
    expect(again.get_by_label("Name or e-mail address")).to_have_value(NAME)
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("button", name="I have it").click()
    expect(page.get_by_role("table", name="API keys")).to_contain_text(
        "typed before the session ended"
    )


def test_a_complaint_is_followed_to_its_cause_and_exported(somebody: Visitor, own: Server) -> None:
    send_complaints(own)
    page = somebody.page
    somebody.go("/p/shop/users")
    sign_in(page)

    grid(page, "Users").get_by_role("link", name="mira").click()
    page.keyboard.press("Enter")
    grid(page, "Sessions").get_by_role("link", name="chat of mira").click()
    page.keyboard.press("Enter")
    turns = page.get_by_role("list", name="Turns").get_by_role("listitem")
    expect(turns).to_have_count(2)
    turns.filter(has_text="where is my money").get_by_role("link").click()
    page.get_by_role("treeitem", name="refund").click()
    failure = page.get_by_role("region", name="Span", exact=True).get_by_role("alert")
    expect(failure).to_contain_text("the bank did not answer")
    failure.get_by_role("link", name="Where else it failed like this").click()
    group = grid(page, "Failures").get_by_role("rowgroup").get_by_role("row")
    expect(group).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(grid(page, "Spans").get_by_role("rowgroup").get_by_role("row")).to_have_count(2)

    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="Export spans")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export").click()
    expect(dialog.get_by_role("status")).to_have_text("2 spans exported.")
    rows = csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8")))
    assert {row["user_id"] for row in rows} == {"mira", "omar"}
    dialog.get_by_role("button", name="Close").click()

    page.get_by_role("button", name=f"Account: {NAME}").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Clearspan")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("grid")).to_have_count(0)


def grid(page: Page, name: str) -> Locator:
    """One of the lists."""
    return page.get_by_role("grid", name=name)


def send_complaints(own: Server) -> None:
    """Three turns of two users of a shop: one is answered, in two the same step fails."""
    headers = PROTOBUF | bearer(make_key(own, "shop", "ingest"))
    for user, asked, fails in (
        ("mira", "do you ship to Oslo", False),
        ("mira", "where is my money", True),
        ("omar", "I want my money back", True),
    ):
        said: dict[str, object] = {
            "user.id": user,
            "session.id": f"chat of {user}",
            "input.value": asked,
        }
        turn = span("answer", {"openinference.span.kind": "AGENT"} | said)
        step = span("refund", said, trace_id=turn.trace_id, parent=turn.span_id)
        put(step, "openinference.span.kind", "TOOL")
        if fails:
            step.status.code = Status.STATUS_CODE_ERROR
            step.status.message = "the bank did not answer"
        body = request_of([turn, step], service__name="shop")
        assert post(own.url, "/v1/traces", body, headers)[0] == 200
    path = "/api/v1/traces?project=shop"
    until(lambda: len(own.get(path)["traces"]) == 3)


def end_sessions_of_others(own: Server) -> None:
    """From another browser of the same person."""
    other = signed_in(own, NAME, PASSWORD)
    for one in ask(own, "GET", "/api/v1/account/sessions", other).body["sessions"]:
        if not one["current"]:
            ask(own, "DELETE", f"/api/v1/account/sessions/{one['id']}", other)


def test_a_viewer_sees_the_settings_without_their_buttons(somebody: Visitor, own: Server) -> None:
    wanted = {"name": "vic", "password": PASSWORD, "role": "viewer"}
    ask(own, "POST", "/api/v1/accounts", bearer(own.token), wanted)
    page = somebody.page
    somebody.go("/p/default/settings")
    sign_in(page, "vic")

    for tab in ("Projects", "API keys", "Prices", "Accounts", "Redaction", "Storage", "Versions"):
        page.get_by_role("navigation", name="Settings").get_by_role("link", name=tab).click()
        heading = "Re-price what is stored" if tab == "Prices" else tab
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        buttons = page.get_by_role("main").get_by_role(
            "button", name=re.compile("^(New|Add|Delete|Re)")
        )
        assert [one.inner_text() for one in buttons.all()] in ([], ["Redact"])
        somebody.resize(PHONE)
        assert not somebody.scrolls_sideways(), tab
        somebody.resize((1440, 900))

    post(own.url, "/v1/traces", request_of([span(POISON)]), PROTOBUF | bearer(own.token))
    somebody.go("/p/default/delivery")
    expect(page.get_by_role("table", name="Quarantine")).to_contain_text(POISON)
    assert page.get_by_role("button", name=re.compile("^(Re-drive|Discard)")).count() == 0


def test_what_would_be_redacted_is_tried_out(somebody: Visitor) -> None:
    page = somebody.page
    somebody.go("/p/default/settings/redaction")
    sign_in(page)

    page.get_by_role("button", name="Redact").click()

    tried = page.get_by_role("region", name="Try").get_by_role("status")
    expect(tried).to_contain_text("[redacted:email]")
