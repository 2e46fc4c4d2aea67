"""The delivery page in a browser: the numbers add up, what was refused has its reason, quarantine can be emptied."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from browsing import Visitor, profile, visiting
from drilling import Drill
from running import Server, until
from sending import PROTOBUF, post, request_of, span

pytestmark = pytest.mark.browser

POISON = "poisonous"


def send(server: Server, project: str, *names: str, trace_id: bytes = b"") -> None:
    """Hand over a span for each name in one request, which is acknowledged."""
    spans = [span(name, trace_id=trace_id) for name in names]
    headers = PROTOBUF | {"x-clearspan-project": project}
    status, _ = post(server.url, "/v1/traces", request_of(spans, service__name="bakery"), headers)
    assert status == 200


def term(visitor: Visitor, name: str) -> Locator:
    """A figure of the equation."""
    terms = visitor.page.get_by_role("region", name="The numbers").locator("dl > div")
    return terms.filter(has=visitor.page.get_by_text(name, exact=True)).locator("dd")


@pytest.fixture
def operator(browser: Browser, drilled: Drill) -> Iterator[Visitor]:
    """Somebody who looks after a server whose engine refuses what holds a certain word."""
    server = drilled.server
    drilled.begin(refuse_named=POISON)
    with profile(browser) as context, visiting(context, server) as made:
        made.go(f"/#token={server.token}")
        made.page.wait_for_url("**/overview*")
        yield made


def test_what_was_sent_is_received_and_stored_and_the_numbers_add_up(
    visitor: Visitor, demo: Server
) -> None:
    send(demo, "sums", "first", "second", "third")

    visitor.go("/p/sums/delivery")

    expect(term(visitor, "stored")).to_have_text("3")
    expect(term(visitor, "received")).to_have_text("3")
    expect(visitor.page.get_by_role("heading", name="The numbers add up")).to_be_visible()
    sender = visitor.page.get_by_role("table", name="Senders").get_by_role("row", name="bakery")
    expect(sender).to_contain_text("http/protobuf")


def test_a_rejected_span_is_counted_and_its_reason_is_told(visitor: Visitor, demo: Server) -> None:
    send(demo, "refusals", "kept")
    send(demo, "refusals", "lost", trace_id=bytes(16))

    visitor.go("/p/refusals/delivery")

    expect(term(visitor, "rejected")).to_have_text("1")
    expect(term(visitor, "stored")).to_have_text("1")
    expect(visitor.page.get_by_role("heading", name="The numbers add up")).to_be_visible()
    reasons = visitor.page.get_by_role("table", name="Reasons")
    expect(reasons.get_by_role("row").nth(1)).to_contain_text("bad ids")


def test_the_way_in_tells_each_station(visitor: Visitor) -> None:
    visitor.go("/p/demo/delivery")

    stations = visitor.page.get_by_role("region", name="The way in").get_by_role("listitem")
    expect(stations).to_have_text(
        [re.compile(f"^{name}") for name in ("Senders", "Journal", "Engine", "Lists")]
    )
    for title in ("Received", "Not stored"):
        expect(visitor.page.get_by_role("figure", name=title).locator("canvas")).to_be_visible()


def test_nothing_was_received_is_said_and_leads_on(visitor: Visitor) -> None:
    visitor.go("/p/nobody/delivery")

    expect(visitor.page.get_by_text("Nothing was received in this range")).to_be_visible()
    visitor.page.get_by_role("button", name="Show all time").click()
    expect(
        visitor.page.get_by_role("heading", name="Nothing has been sent to nobody")
    ).to_be_visible()


def test_figures_stay_when_the_server_does_not_answer(visitor: Visitor) -> None:
    visitor.forgiven = "Failed to load resource"
    visitor.go("/p/demo/delivery")
    expect(term(visitor, "stored")).to_be_visible()

    visitor.page.route("**/api/v1/deliveries*", lambda route: route.abort())

    expect(visitor.page.get_by_role("alert")).to_contain_text("These figures came")
    expect(term(visitor, "stored")).to_be_visible()


def test_a_hidden_page_asks_for_nothing(visitor: Visitor) -> None:
    visitor.page.clock.install()
    visitor.go("/p/demo/delivery")
    expect(term(visitor, "stored")).to_be_visible()
    visitor.page.evaluate(
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden'});"
        "document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
    )
    asked = len(visitor.asked_for("/deliveries"))

    visitor.page.clock.run_for(30_000)

    assert len(visitor.asked_for("/deliveries")) == asked


def test_a_quarantined_span_is_driven_again_once_it_is_accepted(
    operator: Visitor, drilled: Drill
) -> None:
    server = drilled.server
    send(server, "mended", "wholesome", f"{POISON} span")
    operator.go("/p/mended/delivery")
    expect(term(operator, "quarantined")).to_have_text("1")
    expect(operator.page.get_by_role("heading", name="The numbers add up")).to_be_visible()

    drilled.end()
    operator.page.get_by_role("button", name=f"Re-drive {POISON} span").click()
    operator.page.get_by_role("dialog").get_by_role("button", name="Re-drive").click()

    expect(operator.page.get_by_text("1 record stored.")).to_be_visible()
    expect(term(operator, "quarantined")).to_have_text("0")
    expect(term(operator, "stored")).to_have_text("2")
    names = {f"{POISON} span", "wholesome"}
    path = "/api/v1/traces?project=mended"
    until(lambda: names == {row["name"] for row in server.get(path)["traces"]})


def test_discarding_asks_first_and_a_no_changes_nothing(operator: Visitor, drilled: Drill) -> None:
    send(drilled.server, "given-up", f"{POISON} span")
    operator.go("/p/given-up/delivery")
    discard = operator.page.get_by_role("button", name=f"Discard {POISON} span")

    discard.click()
    operator.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(operator.page.get_by_role("dialog")).to_have_count(0)
    expect(discard).to_be_visible()
    discard.click()
    operator.page.get_by_role("dialog").get_by_role("button", name="Discard").click()

    expect(operator.page.get_by_text("1 record discarded.")).to_be_visible()
    expect(operator.page.get_by_role("table", name="Quarantine")).to_have_count(0)
    expect(operator.page.get_by_role("heading", name="The numbers add up")).to_be_visible()
