"""The page of metrics in a browser: a chart is split and narrowed, stands in the address, and leads to traces."""

import re

import pytest
from playwright.sync_api import expect

from browsing import PHONE, Visitor
from measuring import Metrics, gauge, number
from running import Server

pytestmark = pytest.mark.browser


def test_a_chart_is_split_and_narrowed_and_leads_to_its_traces(
    visitor: Visitor, demo: Server
) -> None:
    metrics = Metrics(demo)
    points = [
        number(60 * minute, 10 * gpu + minute, gpu=f"gpu{gpu}")
        for minute in range(180)
        for gpu in range(3)
    ]
    metrics.send(gauge("gpu.load", *points, unit="%"))
    page = visitor.page
    visitor.go(f"/p/{metrics.project}/metrics?range=24h")
    series = page.get_by_role("table", name="Series of gpu.load")
    expect(series.get_by_role("row")).to_have_count(2)

    page.get_by_role("button", name="Split by").click()
    page.get_by_role("option", name="gpu").click()
    expect(series.get_by_role("row")).to_have_count(4)
    page.get_by_role("button", name="Only where").click()
    page.get_by_role("option", name="gpu").click()
    page.get_by_role("option", name="gpu2").click()
    expect(series.get_by_role("row")).to_have_count(2)
    expect(series).to_contain_text("gpu2")
    page.get_by_label("Stat").select_option("max")

    expect(page).to_have_url(re.compile(r"charts=max%28gpu\.load%29\+by\+gpu\+where"))
    expect(series).to_contain_text("199 %")
    page.locator(".chart-host").click()
    expect(page).to_have_url(re.compile("at=0%40"))
    visitor.resize(PHONE)
    assert not visitor.scrolls_sideways()
    page.get_by_role("button", name="Traces of this moment").click()
    expect(page).to_have_url(re.compile(r"/traces\?.*range=.*\.\."))
