"""Settings → Providers in a browser: enter one, test it, switch it off and on, and make a virtual key for it."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest
from playwright.sync_api import Locator, expect

from browsing import PHONE, Visitor
from clearspan_server.simulator.serve import running as simulating
from passing import CHAT
from running import PATIENCE_S, until
from simulated import FAST

pytestmark = pytest.mark.browser

KEY = "sk-shown-to-nobody"


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    """A simulator that takes one key alone."""
    with simulating(replace(FAST, api_key=KEY)) as url:
        yield url


def line(visitor: Visitor, title: str) -> Locator:
    providers = visitor.page.get_by_role("list", name="Providers")
    heading = visitor.page.get_by_role("heading", name=title, exact=True)
    return providers.get_by_role("listitem").filter(has=heading)


def enter(visitor: Visitor, name: str, url: str, key: str) -> None:
    """Fill the form of a new provider and store it."""
    visitor.page.get_by_role("button", name="New provider").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_label("Name in the gateway").fill(name)
    dialog.get_by_label("Base URL").fill(url)
    dialog.get_by_label("Key", exact=True).fill(key)
    dialog.get_by_role("button", name="Store").click()
    expect(dialog).to_be_hidden()


def test_a_provider_is_entered_tested_mended_switched_and_removed(
    visitor: Visitor, locked: str
) -> None:
    page, name = visitor.page, f"ours-{uuid.uuid4().hex[:6]}"
    visitor.go("/p/demo/settings/providers")

    enter(visitor, name, f"{locked}/v1", "sk-wrong")
    ours = line(visitor, name)
    ours.get_by_role("button", name=f"Test {name}").click()
    expect(ours.get_by_role("status")).to_contain_text("Did not answer")
    expect(ours.get_by_role("status")).to_contain_text("401")

    ours.get_by_role("button", name=f"Edit {name}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Key", exact=True)).to_have_value("")
    dialog.get_by_label("Key", exact=True).fill(KEY)
    dialog.get_by_role("button", name="Store").click()
    expect(dialog).to_be_hidden()
    ours.get_by_role("button", name=f"Test {name}").click()
    expect(ours.get_by_role("status")).to_contain_text("Answered in")
    expect(ours).to_contain_text("gpt-4.1")

    switch = ours.get_by_role("switch", name=f"{name} is on")
    switch.click()
    expect(ours).to_contain_text("Switched off")
    refused = httpx2.get(f"{visitor.server.url}/gateway/{name}/models")
    assert refused.status_code == 403
    switch.click()
    expect(ours).to_contain_text("Ready")
    assert KEY not in page.content()

    ours.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(ours).to_have_count(0)


def test_the_simulated_provider_says_so_and_answers(visitor: Visitor) -> None:
    visitor.go("/p/demo/settings/providers")
    simulated = visitor.page.get_by_role("list", name="Providers").get_by_role("listitem").last

    expect(simulated.get_by_role("heading")).to_contain_text("simulated")
    simulated.get_by_role("button", name="Test Simulated").click()

    expect(simulated.get_by_role("status")).to_contain_text("Answered in")
    assert simulated.get_by_role("button", name=re.compile("Edit|Remove")).count() == 0
    visitor.resize(PHONE)
    assert not visitor.scrolls_sideways()


def test_a_trace_of_the_simulated_provider_says_so(visitor: Visitor) -> None:
    server, project = visitor.server, f"simulated-{uuid.uuid4().hex[:6]}"
    url = f"{server.url}/gateway/simulated/v1/chat/completions"
    answer = httpx2.post(url, json=CHAT, headers={"x-clearspan-project": project})
    trace_id = answer.headers["x-clearspan-trace-id"]
    until(lambda: server.get(f"/api/v1/traces?project={project}")["traces"])

    visitor.go(f"/p/{project}/traces/{trace_id}")

    header = visitor.page.locator(".trace-header")
    expect(header.get_by_text("simulated", exact=True)).to_be_visible()


def test_a_virtual_key_is_made_with_its_limits(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/p/demo/settings/keys")

    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What it is for").fill("agents")
    dialog.get_by_label("Project", exact=True).fill(
        "limits"
    )  # other tests look at the demo's traces
    dialog.get_by_role("checkbox", name="ingest").uncheck()
    dialog.get_by_role("checkbox", name="gateway").check()
    dialog.get_by_label("Models it may call").fill("gpt-4o, claude-*")
    dialog.get_by_label("Providers it may call").fill("simulated")
    dialog.get_by_label("Calls a minute").fill("1")
    dialog.get_by_role("button", name="Create").click()
    # The list behind names keys without a name by the beginning of the key, too.
    shown = page.get_by_role("dialog", name="The key")
    key = shown.get_by_text(re.compile("^cs_")).inner_text()

    def call(model: str) -> int:
        url = f"{visitor.server.url}/gateway/simulated/v1/chat/completions"
        headers = {"authorization": f"Bearer {key}"}
        body = CHAT | {"model": model}
        return httpx2.post(url, json=body, headers=headers, timeout=PATIENCE_S).status_code

    assert [call("gpt-5"), call("gpt-4o"), call("gpt-4o")] == [403, 200, 429]
