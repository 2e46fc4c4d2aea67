"""What a command asks for: a filter, a window of time, a page of rows; and what to say where there is nothing."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from clearspan_server.cli.client import Server
from clearspan_server.cli.moments import moment
from clearspan_server.cli.printing import line_of

Filter = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILTER]...", help="As in the browser: `kind:llm 'cost>0.05' \"refund policy\"`."
    ),
]
Since = Annotated[str, typer.Option(help="So long ago (90s, 2h, 7d), a day (UTC), or a time.")]
Until = Annotated[str | None, typer.Option(help="The same, exclusive; else now.")]
Limit = Annotated[int, typer.Option("--limit", "-n", help="Rows, at most 500.")]
Cursor = Annotated[str, typer.Option(help="`next_cursor` of the page before.")]

_MOST_PROJECTS = 12  # each is a question to the server


def window(since: str, until: str | None, words: list[str] | None = None) -> dict[str, object]:
    """Parameters of the API: the window, and the filter's words as one text."""
    return {"from": moment(since), "to": moment(until), "filter": " ".join(words or [])}


def page(
    window: dict[str, object], limit: int, cursor: str, **further: object
) -> dict[str, object]:
    """Parameters of the API: one page of the rows of a window, and what else a list is asked."""
    return window | further | {"limit": limit, "cursor": cursor}


def say_more(page: dict[str, Any], limit: int) -> None:
    """Tell people on a terminal that a page is not all."""
    if page["next_cursor"] and sys.stdout.isatty():
        _say(f"▸ more than {limit}: `-n 500` shows more, `--json` has the cursor of the next page")


def say_nothing(
    server: Server, path: str, noun: str, asked: dict[str, object], only: str = ""
) -> None:
    """Tell what there is none of, and where there would be some; of the rows at the path `only` those are such."""
    _say(f"no {noun} in the project {server.project!r} {_of(asked)}")
    _say(f"▸ {_instead(server, path, noun, asked, only)}")


def _of(asked: dict[str, object]) -> str:
    said = f"since {str(asked['from'])[:19].replace('T', ' ')} UTC"
    if asked.get("filter"):
        said += f" that pass the filter {asked['filter']!r}"
    return said


def _instead(server: Server, path: str, noun: str, asked: dict[str, object], only: str) -> str:
    ever = {"from": "1970-01-01T00:00:00Z", "filter": only, "limit": 1}
    if asked.get("filter"):
        if newest := _newest(
            server, path, ever | {"filter": f"({asked['filter']}) {only}".strip()}
        ):
            return f"the newest that passes is from {newest}"
        if _newest(server, path, asked | {"filter": only, "limit": 1, "cursor": ""}):
            return f"without the filter there are {noun}"
    if newest := _newest(server, path, ever):
        return f"the newest is from {newest}"
    others = _others(server, path, ever)
    if others:
        return f"other projects have {noun}: " + ", ".join(f"`-p {one}`" for one in others)
    return f"there are no {noun} anywhere here yet: `clearspan up --demo` makes some, in the project 'demo'"


def _others(server: Server, path: str, asked: dict[str, object]) -> list[str]:
    names = [row["id"] for row in server.get("/api/v1/projects")["projects"]]
    names = [name for name in names if name != server.project][:_MOST_PROJECTS]
    return [name for name in names if _newest(Server(server.url, server.token, name), path, asked)]


def _newest(server: Server, path: str, asked: dict[str, object]) -> str:
    """When the first row of a page was, and how wide a window would hold it."""
    page = server.ask(path, **asked)
    row = next((rows[0] for rows in page.values() if isinstance(rows, list) and rows), None)
    if row is None:
        return ""
    then = str(row.get("start") or row.get("last_seen") or row.get("time"))
    days = (datetime.now(UTC) - datetime.fromisoformat(then)).days + 1
    return f"{then[:10]}: `--since {days}d`"


def _say(text: str) -> None:
    print(line_of(text), file=sys.stderr)  # noqa: T201 - the command's own output
