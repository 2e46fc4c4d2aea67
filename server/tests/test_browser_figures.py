"""Overview and Cost in a browser: figures by what they are told apart, and the way from each to its traces."""

import re

import pytest
from playwright.sync_api import expect

from browsing import PHONE, Visitor

pytestmark = pytest.mark.browser


def test_cost_is_told_apart_and_a_row_leads_to_its_traces(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/p/demo/cost?range=24h")
    models = page.get_by_role("table", name="Cost by model")
    expect(models.get_by_role("row").nth(1)).to_contain_text("$")
    expect(page.get_by_role("figure", name="Cost").locator("canvas")).to_be_visible()

    page.get_by_text("Feature", exact=True).click()

    features = page.get_by_role("table", name="Cost by feature")
    expect(features).to_be_visible()
    expect(page).to_have_url(re.compile("by=feature"))
    visitor.resize(PHONE)
    assert not visitor.scrolls_sideways()
    name = features.get_by_role("button").first
    feature = name.text_content()
    name.click()
    expect(page).to_have_url(re.compile(rf"/traces\?.*filter=feature%3A{feature}"))


def test_the_charts_of_the_overview_are_tables_for_the_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/p/demo/overview?range=24h")
    rates = page.get_by_role("region", name="Model calls")
    expect(rates.get_by_role("heading", name="First token p50")).to_be_visible()

    page.get_by_text("The charts as tables").press("Enter")
    page.get_by_role("table", name="Traces by latency").get_by_role("button").first.press("Enter")

    expect(page).to_have_url(re.compile(r"/traces\?.*filter=latency"))
