"""From open mode to a team, in a browser: the first admin, signing in and out, keys, a session that ends."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from asking import ask, bearer, signed_in
from browsing import PHONE, Visitor, profile, visiting
from clearspan_server.api.pages import STATIC
from running import Server, serving

pytestmark = pytest.mark.browser

NAME, PASSWORD = "ann@example.org", "a long enough password"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in open mode, which these tests end."""
    if not (STATIC / "index.html").is_file():
        pytest.fail("The interface has not been built: `make web` builds it.", pytrace=False)
    with serving(tmp_path_factory.mktemp("access") / "data") as server:
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


def test_what_would_be_redacted_is_tried_out(somebody: Visitor) -> None:
    page = somebody.page
    somebody.go("/p/default/settings/redaction")
    sign_in(page)

    page.get_by_role("button", name="Redact").click()

    expect(page.get_by_role("status")).to_contain_text("[redacted:email]")
