"""What happens now, in a browser: the feed goes on after a break, and groups come to the top."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from browsing import Visitor, visiting
from relaying import line_to
from running import Server, until
from sending import PROTOBUF, post, request_of, span

pytestmark = pytest.mark.browser


def send(demo: Server, project: str, *names: str, user: str = "ann") -> None:
    """Hand over a trace of one span for each name."""
    headers = PROTOBUF | {"x-clearspan-project": project}
    for name in names:
        said = span(name, {"user.id": user, "session.id": f"session of {user}"})
        assert post(demo.url, "/v1/traces", request_of([said]), headers)[0] == 200


def rows(visitor: Visitor, name: str) -> Locator:
    """The rows of a list."""
    return visitor.page.get_by_role("grid", name=name).get_by_role("rowgroup").get_by_role("row")


def test_the_feed_tells_that_it_broke_and_goes_on_without_a_loss(
    let_in: BrowserContext, demo: Server
) -> None:
    send(demo, "feed", "first")
    with line_to(demo.url) as line, visiting(let_in, replace(demo, url=line.url)) as visitor:
        visitor.forgiven = "net::ERR_"
        visitor.go("/p/feed/live")
        state = visitor.page.get_by_role("main").get_by_role("status").first
        expect(state).to_have_text("Connected")
        send(demo, "feed", "before the break")
        expect(rows(visitor, "Live").filter(has_text="before the break").first).to_be_visible()

        line.cut()
        expect(state).to_contain_text(re.compile(r"Reconnecting in \d+ s"))
        missed = [f"missed {number}" for number in range(20)]
        send(demo, "feed", *missed)
        line.mend()

        expect(state).to_have_text("Connected")
        for name in missed:
            told = visitor.page.get_by_role("link", name=name, exact=True)
            expect(told.first).to_be_attached()


@pytest.mark.parametrize(("page", "name"), [("sessions", "session of bob"), ("users", "bob")])
def test_a_known_group_comes_to_the_top_when_something_happens_to_it(
    visitor: Visitor, demo: Server, page: str, name: str
) -> None:
    project = f"rising-{page}"
    send(demo, project, "one", user="bob")
    send(demo, project, "two", user="ann")
    until(lambda: len(demo.get(f"/api/v1/traces?project={project}")["traces"]) == 2)
    visitor.go(f"/p/{project}/{page}")
    expect(rows(visitor, page.capitalize())).to_have_count(2)
    expect(rows(visitor, page.capitalize()).first).to_contain_text("ann")
    expect(visitor.page.get_by_role("switch", name="Live")).to_have_attribute(
        "title", re.compile("New traces appear")
    )

    send(demo, project, "three", user="bob")

    expect(rows(visitor, page.capitalize()).first).to_contain_text(name)
    expect(rows(visitor, page.capitalize())).to_have_count(2)
