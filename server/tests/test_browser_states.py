"""Every page empty, full, failed and loading: in both themes, on three screens, by the rules of axe, by keyboard."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Route, expect

from asking import Client
from browsing import Visitor
from looking import faults
from running import Server, until
from sampling import WHOLE

pytestmark = pytest.mark.browser

NOBODY = {"trace": "0" * 32, "span": "0" * 16, "session": "nobody"}
NOTHING_SENT = "Nothing has been sent to nobody"
FAILURE = {"error": {"code": "x", "message": "It broke.", "details": {}, "request_id": "r-1"}}


@dataclass(slots=True, frozen=True)
class Screen:
    """A page: where it is, what is seen of it when it is full, what it says when it is empty or has failed."""

    path: str
    full: str  # a selector
    empty: str
    failed: str  # "" where it asks for nothing

    def of(self, project: str, ids: Mapping[str, str] = NOBODY) -> str:
        """Its address in a project."""
        return f"/p/{project}/{self.path.format_map(ids)}"


def listed(name: str) -> Screen:
    full = f"[role=grid][aria-label={name}] [role=rowgroup] [role=row]"
    return Screen(
        f"{name.lower()}?range=all&live=off", full, NOTHING_SENT, f"The {name.lower()} could not"
    )


def settled(tab: str, full: str, empty: str, failed: str) -> Screen:
    return Screen(f"settings{tab}", full, empty, failed)


def lens(name: str, full: str) -> Screen:
    path = f"traces/{{trace}}?lens={name}&live=off"
    return Screen(path, full, "There is no such trace", "The trace could not be read")


SCREENS = (
    Screen("overview?range=all&live=off", ".charts canvas", NOTHING_SENT, "The overview could not"),
    *map(listed, ("Traces", "Spans", "Sessions", "Users", "Failures")),
    Screen(
        "sessions/{session}?live=off", ".session-turns li", "could not be", "traces of this session"
    ),
    Screen("live", "[role=status]:has-text('Connected')", NOTHING_SENT, "Reconnecting"),
    Screen(
        "metrics?range=all&live=off",
        ".uplot canvas",
        "No metric has been sent",
        "The metrics could not",
    ),
    Screen("cost?range=all&live=off", ".cost-table tbody tr", NOTHING_SENT, "The cost could not"),
    Screen(
        "cost?range=all&live=off&model=gpt-5",
        ".whatif-verdict",
        NOTHING_SENT,
        "The cost could not",
    ),
    Screen(
        "dashboards?live=off",
        "[aria-label='Start from'] li",
        "Users & customers",
        "The dashboards could not",
    ),
    Screen(
        "dashboards/health?range=all&live=off",
        ".panels canvas",
        "Nothing in this range",
        "The dashboard could not",
    ),
    Screen(
        "sql?live=off",
        ".sql-examples button",
        "What each customer cost",
        "The tables could not be listed",
    ),
    Screen("prompts?live=off", ".prompt-row", "No prompt is kept", "The prompts could not"),
    Screen(
        "prompts/greet?live=off",
        ".template-text mark",
        "There is no such prompt",
        "The prompt could not",
    ),
    Screen(
        "chat?live=off",
        "[aria-label=Suggestions] button",
        "Talk to a model",
        "The providers could not be read",
    ),
    Screen(
        "playground?trace={trace}&span={span}&live=off",
        ".request-messages textarea",
        "The request of this call could not be read",
        "The request of this call could not be read",
    ),
    Screen(
        "delivery?range=all&live=off", "[aria-label=Senders]", NOTHING_SENT, "The ledger could not"
    ),
    settled("", "[aria-label=Projects] tbody tr", "demo", "The projects could not"),
    settled("/keys", "text=There is no key yet", "There is no key yet", "The keys could not"),
    settled("/prices", "h2:text-is('Prices')", "No prices of this project", "could not be read"),
    settled(
        "/providers",
        "[aria-label=Providers] li",
        "With callers' keys alone",
        "The providers could not",
    ),
    settled("/accounts", "text=Create the first admin", "Create the first admin", ""),
    settled("/scraping", "text=No endpoint is read", "No endpoint is read", "The endpoints could"),
    settled("/redaction", "h2:text-is('Redaction')", "Redaction", ""),
    settled("/storage", "[aria-label=Tables]", "Tables", "The storage could not"),
    settled(
        "/versions",
        "[aria-label='Libraries that sent to demo']",
        "Nothing was sent",
        "The versions",
    ),
    lens("", "[role=tree] [role=treeitem]"),
    lens("transcript", "[role=feed] article"),
    Screen("compare?a={trace}&b=good&live=off", ".compare-line", "There is no good one", ""),
    lens("graph", "[aria-label='Call graph'] .graph-card"),
    lens("whatif&whatif=retry:2:kind:llm;remove::kind:http", ".whatif-is"),
)
ASKING = tuple(screen for screen in SCREENS if screen.failed)


@pytest.fixture(scope="module")
def ids(demo: Server) -> Mapping[str, str]:
    """The newest of the demo's traces that failed, and its session; and the demo has a prompt."""
    greet = {"name": "greet", "template": "Greet {{name}}.", "labels": ["production"]}
    assert Client(demo, "demo")("POST", "/prompts", greet)[0] == 201
    [row] = demo.get("/api/v1/traces?project=demo&filter=status:error&limit=1")["traces"]
    spans = demo.get(f"/api/v1/traces/{row['trace_id']}?project=demo")["spans"]
    call = next(span["span_id"] for span in spans if span["kind"] == "llm")
    return {"trace": row["trace_id"], "span": call, "session": row["session_id"]}


def main(visitor: Visitor) -> Locator:
    """The page in its frame."""
    return visitor.page.get_by_role("main")


def test_every_page_is_good_to_look_at_when_it_is_full(
    visitor: Visitor, ids: Mapping[str, str]
) -> None:
    found: dict[str, list[str]] = {}
    for screen in SCREENS:
        visitor.go(screen.of("demo", ids))
        expect(main(visitor).locator(screen.full).first).to_be_visible()
        found[screen.path] = faults(visitor.page)

    assert {path: said for path, said in found.items() if said} == {}


def test_every_page_says_when_there_is_nothing(visitor: Visitor) -> None:
    visitor.forgiven = "404 (Not Found)"  # of the trace that is not there
    found: dict[str, list[str]] = {}
    for screen in SCREENS:
        visitor.go(screen.of("nobody"))
        expect(main(visitor)).to_contain_text(screen.empty)
        found[screen.path] = faults(visitor.page, "main", is_brief=not WHOLE)

    assert {path: said for path, said in found.items() if said} == {}


@dataclass  # Playwright notes something of its own in it
class Answers:
    """What is asked waits, until all of it fails."""

    held: list[Route] = field(default_factory=list)
    is_failing: bool = False

    def hold(self) -> None:
        self.is_failing = False

    def fail(self) -> None:
        self.is_failing = True
        while self.held:
            self.come(self.held.pop())

    def come(self, route: Route) -> None:
        if self.is_failing:
            route.fulfill(status=500, json=FAILURE)
        else:
            self.held.append(route)


def test_every_page_says_that_it_waits_and_then_that_it_failed_and_offers_another_try(
    visitor: Visitor, ids: Mapping[str, str]
) -> None:
    visitor.forgiven = "500 (Internal Server Error)"
    answers = Answers()
    visitor.page.route(_ANSWERS, answers.come)
    found: dict[str, list[str]] = {}
    for screen in ASKING:
        answers.hold()
        visitor.go(screen.of("demo", ids))
        waits = main(visitor).locator("[aria-label=Loading], [data-state=connecting]")
        expect(waits.first).to_be_visible()
        found[screen.path] = faults(visitor.page, "main", is_brief=not WHOLE)
        answers.fail()
        expect(main(visitor)).to_contain_text(screen.failed)
        expect(main(visitor)).to_contain_text("It broke.")
        if screen.path != "live":  # it tries again by itself
            expect(main(visitor).get_by_role("button", name="Try again")).to_be_visible()
        found[screen.path] += faults(visitor.page, "main", is_brief=not WHOLE)

    assert {path: said for path, said in found.items() if said} == {}


# All but who is signed in.
_ANSWERS = re.compile("/api/v1/(?!me$)")


def test_who_is_not_let_in_is_told_how(stranger: Visitor) -> None:
    stranger.go("/p/demo/traces")
    expect(stranger.page.get_by_role("heading", name="Open Clearspan")).to_be_visible()
    found = faults(stranger.page)

    me = {"mode": "accounts", "authenticated": False, "csrf": "", "name": "", "role": ""}
    stranger.page.route("**/api/v1/me", lambda route: route.fulfill(json=me))
    stranger.page.reload()
    expect(stranger.page.get_by_role("heading", name="Sign in to Clearspan")).to_be_visible()

    assert found + faults(stranger.page) == []


def test_a_filter_outlives_the_session_in_which_it_was_typed(
    stranger: Visitor, demo: Server
) -> None:
    stranger.forgiven = "401 (Unauthorized)"
    page = stranger.page
    stranger.go(f"/#token={demo.token}")
    page.wait_for_url("**/overview*")
    stranger.go("/p/demo/traces?live=off")
    box = page.get_by_role("combobox", name="Filter")

    expect(page.get_by_role("grid", name="Traces").get_by_role("row").nth(1)).to_be_visible()
    box.fill("status:erro")
    page.wait_for_load_state("networkidle")  # else what is suggested asks again before the key
    page.context.clear_cookies()
    box.press("r")
    again = page.get_by_role("dialog", name="Sign in again")
    expect(again).to_be_visible()
    found = faults(page)
    again.get_by_label("Token").fill(demo.token)
    again.get_by_role("button", name="Open", exact=True).click()
    expect(again).to_have_count(0)
    # A request on its way may have asked for the token before the last key.
    expect(box).to_have_value(re.compile("^status:error?$"))
    box.fill("status:error")
    box.press("Enter")

    expect(page).to_have_url(re.compile("filter=status%3Aerror"))
    expect(page.get_by_role("grid", name="Traces").get_by_role("row").nth(1)).to_be_visible()
    assert found == []


def tabbed_to(visitor: Visitor, wanted: Locator) -> None:
    """Go there with the Tab key."""
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        press(visitor, "Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def press(visitor: Visitor, *keys: str) -> None:
    """Press keys one after the other; each time it must be seen where the focus is."""
    for key in keys:
        visitor.page.keyboard.press(key)
        until(lambda: visitor.page.evaluate(_FOCUS_IS_SEEN))


# Where the focus is, or the row that it is at: inside of the window, with a ring, or in a field with its border.
_FOCUS_IS_SEEN = """() => {
  const focused = document.activeElement;
  const row = document.getElementById(focused.getAttribute('aria-activedescendant') ?? '');
  const shown = row ?? focused;
  const box = shown.getBoundingClientRect();
  const isInside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const hasRing = element => {
    const { outlineStyle, boxShadow } = getComputedStyle(element);
    return outlineStyle !== 'none' || boxShadow !== 'none';
  };
  const field = shown.closest('.filter-box');
  return isInside && (hasRing(shown) || shown.matches('main, input') || field !== null);
}"""


def test_a_trace_is_found_read_and_left_by_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/p/demo/traces?live=off")
    expect(page.get_by_role("grid", name="Traces").get_by_role("row").nth(1)).to_be_visible()

    press(visitor, "j", "j", "Enter")
    spans = page.get_by_role("tree", name="Spans")
    expect(spans.get_by_role("treeitem").first).to_be_visible()
    press(visitor, "j", "j")
    expect(page.get_by_role("region", name="Span", exact=True)).to_be_visible()
    tabbed_to(visitor, page.get_by_role("tab", name="Tree + timeline"))
    press(visitor, "ArrowRight")
    expect(page.get_by_role("feed", name="Transcript")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("grid", name="Traces")).to_be_visible()

    press(visitor, "/")
    page.keyboard.type("status:error ")
    press(visitor, "Enter")
    expect(page).to_have_url(re.compile("filter=status%3Aerror"))
    press(visitor, "Control+k")
    expect(page.get_by_role("combobox", name="Command palette")).to_be_focused()
    page.keyboard.type("settings")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Projects", exact=True)).to_be_visible()
