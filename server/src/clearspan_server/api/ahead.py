"""What a page will ask for first, told with the page itself: so data and scripts come side by side."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlencode

_OF_PROJECT = re.compile(r"([A-Za-z0-9._-]+)/([a-z]+)(?:/(.+))?")
_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_RELATIVE = re.compile(r"[1-9][0-9]{0,4}[smhdwy]")
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
_BETWEEN = re.compile(rf"({_MOMENT})\.\.({_MOMENT})")

# What web/src/api/rows.ts asks for without another choice; a test of the browser sees that nothing is asked twice.
_FIRST_ROWS = "100"
_USUAL_RANGE = "1h"
_MAX_FILTER = 1_000  # a longer one would make the header too long for some proxies
_USUAL_SORTS = {
    "traces": "-start",
    "spans": "-start",
    "sessions": "-last_seen",
    "users": "-last_seen",
    "failures": "-last_seen",
}
_USUAL_FONT = "/inter-latin-wght-normal.woff2"
# Lists have their pages in files of their names; pages of one thing that have their own:
_PAGES_OF_ONE = {
    "traces": "trace/TracePage",
    "sessions": "sessions/SessionPage",
    "dashboards": "dashboards/DashboardPage",
}


class _Chunk(TypedDict, total=False):
    """A built file of the manifest: its path, the chunks that it imports, its styles."""

    file: str
    imports: list[str]
    css: list[str]


def links(path: str, search: Mapping[str, str], manifest: Path, *, has_session: bool) -> str:
    """The header `link` of the page at `/p/<path>?<search>`: its scripts and styles, and its data for who may see it.

    `manifest` is the bundler's list of what was built; an empty text says that there is nothing to ask for.
    """
    found = _OF_PROJECT.fullmatch(path)
    if found is None:
        return ""
    project, noun, one = found.groups()
    address = _data(project, noun, one, search) if has_session else ""
    data = [f"<{address}>; rel=preload; as=fetch; crossorigin=anonymous"] if address else []
    page = _PAGES_OF_ONE.get(noun, "") if one else ""
    return ", ".join([*data, *_parts(manifest, page or f"{noun}/{noun.title()}Page")])


def _data(project: str, noun: str, one: str | None, search: Mapping[str, str]) -> str:
    if noun == "traces" and one is not None and _TRACE_ID.fullmatch(one):
        return f"/api/v1/traces/{one}/outline?{urlencode({'project': project})}"
    window = _window(search.get("range") or _USUAL_RANGE)
    asked = search.get("filter", "")
    if noun not in _USUAL_SORTS or one is not None or window is None or len(asked) > _MAX_FILTER:
        return ""
    more = {"category": search.get("category") or "failed"} if noun == "failures" else {}
    params = {
        "project": project,
        **window,
        **more,
        "filter": asked,
        "sort": search.get("sort") or _USUAL_SORTS[noun],
        "limit": _FIRST_ROWS,
    }
    return f"/api/v1/{noun}?{_as_browsers_write(params)}"


def _window(text: str) -> dict[str, str] | None:
    """`from` and `to` of a range in the address, as web/src/model/range.ts asks for it; None for any other."""
    if text == "all":
        return {"from": "0"}
    if _RELATIVE.fullmatch(text):
        return {"from": f"-{text}"}
    between = _BETWEEN.fullmatch(text)
    return {"from": between[1], "to": between[2]} if between else None


def _as_browsers_write(params: Mapping[str, str]) -> str:
    said = {name: value for name, value in params.items() if value}
    return urlencode(said, safe="*").replace("~", "%7E")


def _parts(manifest: Path, page: str) -> tuple[str, ...]:
    """What draws the page beside the first script; nothing where nothing is built."""
    if not manifest.is_file():
        return ()
    return _parts_of(manifest, manifest.stat().st_mtime_ns, f"src/pages/{page}.tsx")


@lru_cache(maxsize=64)
def _parts_of(manifest: Path, _built_ns: int, page: str) -> tuple[str, ...]:
    chunks: dict[str, _Chunk] = json.loads(manifest.read_text(encoding="utf-8"))
    first = set(_with_imports(chunks, "index.html"))
    own = [chunks[name] for name in _with_imports(chunks, page) if name not in first]
    styles = [style for chunk in own for style in chunk.get("css", [])]
    # Without them the first text is drawn in another font, and moves when its own has come.
    fonts = [chunk["file"] for name, chunk in chunks.items() if name.endswith(_USUAL_FONT)]
    return (
        *(f"</{chunk['file']}>; rel=modulepreload; crossorigin=anonymous" for chunk in own),
        *(f"</{style}>; rel=preload; as=style; crossorigin=anonymous" for style in styles),
        *(f"</{font}>; rel=preload; as=font; crossorigin=anonymous" for font in fonts),
    )


def _with_imports(chunks: Mapping[str, _Chunk], name: str) -> list[str]:
    """A chunk and all that it imports, each once."""
    found: dict[str, None] = {}
    left = [name]
    while left:
        name = left.pop()
        if name not in found and name in chunks:
            found[name] = None
            left += chunks[name].get("imports", [])
    return list(found)
