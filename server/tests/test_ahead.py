"""The header with which a page says what it will ask for."""

import json
from pathlib import Path

import pytest

from clearspan_server.api.ahead import links

NOTHING_BUILT = Path("nowhere")
TRACE = "0123456789abcdef" * 2


def data_of(path: str, **search: str) -> str:
    """The address of the data that is asked for beside the scripts, "" without any."""
    found = links(path, search, NOTHING_BUILT, has_session=True)
    address, _, how = found.removeprefix("<").partition(">")
    assert how in ("", "; rel=preload; as=fetch; crossorigin=anonymous")
    return address


@pytest.mark.parametrize(
    ("path", "search", "address"),
    [
        (f"demo/traces/{TRACE}", {}, f"/traces/{TRACE}/outline?project=demo"),
        ("demo/traces", {}, "/traces?project=demo&from=-1h&sort=-start&limit=100"),
        ("demo/spans", {"range": "all"}, "/spans?project=demo&from=0&sort=-start&limit=100"),
        (
            "demo/users",
            {"range": "2026-11-20T08:00:00.000Z..2026-11-21T09:30:00.000Z", "sort": "-cost"},
            (
                "/users?project=demo&from=2026-11-20T08%3A00%3A00.000Z&to=2026-11-21T09%3A30%3A00.000Z"
                "&sort=-cost&limit=100"
            ),
        ),
        (
            "demo/failures",
            {"range": "7d", "category": "slow"},
            "/failures?project=demo&from=-7d&category=slow&sort=-last_seen&limit=100",
        ),
        (
            "demo/sessions",
            {"filter": 'model:gpt-4o* "größer ~ <b>"\r\n', "live": "off"},
            (
                "/sessions?project=demo&from=-1h&filter=model%3Agpt-4o*+%22gr%C3%B6%C3%9Fer+%7E+%3Cb%3E%22%0D%0A"
                "&sort=-last_seen&limit=100"
            ),
        ),
    ],
)
def test_what_a_page_will_ask_for_first_is_told_with_it(
    path: str, search: dict[str, str], address: str
) -> None:
    assert data_of(path, **search) == f"/api/v1{address}"


@pytest.mark.parametrize(
    ("path", "search"),
    [
        ("", {}),
        ("demo", {}),
        ("demo/traces/rubbish", {}),
        ("demo/traces", {"range": "yesterday"}),
        ("demo/traces", {"filter": "x" * 1_001}),
        ("demo/sessions/one", {}),
        ("demo/settings", {}),
    ],
)
def test_what_cannot_be_known_is_not_told(path: str, search: dict[str, str]) -> None:
    assert data_of(path, **search) == ""


def test_the_parts_of_a_page_are_told_to_everybody_and_its_data_is_not(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    chunks = {
        "index.html": {
            "file": "assets/index.js",
            "imports": ["_all.js"],
            "css": ["assets/all.css"],
        },
        "_all.js": {"file": "assets/all.js"},
        "of/inter-latin-wght-normal.woff2": {"file": "assets/inter.woff2"},
        "of/inter-greek-wght-normal.woff2": {"file": "assets/inter-greek.woff2"},
        "_some.js": {"file": "assets/some.js", "imports": ["_all.js"], "css": ["assets/some.css"]},
        "src/pages/traces/TracesPage.tsx": {
            "file": "assets/TracesPage.js",
            "imports": ["index.html", "_some.js"],
        },
    }
    manifest.write_text(json.dumps(chunks), encoding="utf-8")

    told = links("demo/traces", {}, manifest, has_session=False).split(", ")

    assert told == [
        "</assets/TracesPage.js>; rel=modulepreload; crossorigin=anonymous",
        "</assets/some.js>; rel=modulepreload; crossorigin=anonymous",
        "</assets/some.css>; rel=preload; as=style; crossorigin=anonymous",
        "</assets/inter.woff2>; rel=preload; as=font; crossorigin=anonymous",
    ]
