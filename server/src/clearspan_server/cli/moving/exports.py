"""`clearspan export`: traces or lists as a file."""

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from clearspan_server.cli.client import Server
from clearspan_server.cli.moments import moment
from clearspan_server.cli.moving.destination import STDOUT, Destination, Kept, opened
from clearspan_server.cli.moving.moved import Passed, moved
from clearspan_server.cli.moving.progress import Progress, amount, counted
from clearspan_server.cli.options import Data, Project, Url, named, the_server
from clearspan_server.errors import BadInput
from clearspan_server.settings import load

_READ_BYTES = 256 * 1024
_ROWS = {"otlp": 200}  # of one request; traces come with all their spans
_ROWS_OF_LISTS = 2_000
_MOST_COUNTED = 1_000_000  # rows: of more the server says no more than that
# In which order: that of what stays where it is while new spans arrive, the oldest first.
_SORTS = {"traces": "start", "spans": "start"}
_SORT_OF_SUMS = "first_seen"


class Form(StrEnum):
    """How rows or traces are written."""

    OTLP = "otlp"
    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    PARQUET = "parquet"


class Of(StrEnum):
    """What there are lists of."""

    TRACES = "traces"
    SPANS = "spans"
    SESSIONS = "sessions"
    USERS = "users"
    FAILURES = "failures"


_NAMED = {".csv": Form.CSV, ".json": Form.JSON, ".md": Form.MARKDOWN, ".parquet": Form.PARQUET}


def export(  # noqa: PLR0913, PLR0917 - its options are its arguments
    filter_: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILTER]", help="As in the browser: `status:error cost>0.05`."),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option(
            "--format",
            help="otlp is whole traces, for `clearspan import` and any reader of OTLP; the others are rows of a list."
            " Without it, the ending of `--out` says; else otlp.",
        ),
    ] = None,
    out: Annotated[str, typer.Option("--out", "-o", help="A file; - is standard output.")] = STDOUT,
    of: Annotated[Of, typer.Option(help="Which list.")] = Of.TRACES,
    since: Annotated[
        str | None, typer.Option(help="So long ago (7d), a day (UTC), or a time; else everything.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The same, exclusive; else now.")] = None,
    fields: Annotated[
        str, typer.Option(help="Of the rows of a list only these, with commas between.")
    ] = "",
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin again, where an earlier one broke off.")
    ] = False,
    project: Project = None,
    data: Data = None,
    url: Url = None,
) -> None:
    """Write traces or lists to a file; one that was interrupted goes on with the same command."""
    form = form or _NAMED.get(Path(out).suffix.lower(), Form.OTLP)
    if form is Form.PARQUET and out == STDOUT:
        raise BadInput("parquet is no stream: name a file with --out")
    server = the_server(data, url, project)
    said = {
        "server": server.url
        if named(data, url)
        else f"of the folder {load({'data': data}).data.resolve()}",
        "project": server.project,
        "of": of.value,
        "format": (Form.JSONL if form is Form.PARQUET else form).value,
        "filter": " ".join(filter_ or ()),
        "fields": fields,
        "since": since or "",
        "until": until or "",
    }
    window = {
        "from": moment(since) or "1970-01-01",
        "to": moment(until) or datetime.now(UTC).isoformat(),
    }
    asked = {name: said[name] for name in ("project", "of", "format", "filter", "fields")}
    asked |= window | {"sort": _SORTS.get(of, _SORT_OF_SUMS)}
    with opened(out, said, asked, anew=anew) as destination:
        _write(server, destination, of.value, form)


def _write(server: Server, destination: Destination, of: str, form: Form) -> None:
    begun_s = time.monotonic()
    progress = Progress()
    kept = destination.kept
    passed = Passed() if form is Form.OTLP else None
    if destination.resumed:
        goes_on = f"goes on after {counted(kept.rows, of.removesuffix('s'))}"
        progress.end(f"{destination.partial} {goes_on}")
        if passed:
            passed.look_through(destination.file)
    while not kept.is_whole:
        _page(server, destination, progress, passed)
    made = None
    if form is Form.PARQUET:
        from clearspan_server.cli.moving.parquet import converted  # noqa: PLC0415 - loads pyarrow

        progress.insist("writing parquet")
        made = converted(destination.partial)
    destination.finish(made)
    to = "" if destination.path is None else f" → {destination.path}"
    took_s = time.monotonic() - begun_s
    progress.end(f"{counted(kept.rows, of.removesuffix('s'))} in {took_s:.1f} s{to}")
    if not kept.rows:
        progress.end("nothing passes: another --project, an earlier --since, or another filter?")


def _page(
    server: Server, destination: Destination, progress: Progress, passed: Passed | None
) -> None:
    """One request, and the note that it is whole; after the last one of several, what they have passed over."""
    kept = destination.kept
    limit = _ROWS.get(str(kept.asked["format"]), _ROWS_OF_LISTS)
    is_first = not kept.cursor
    headers = _copied(
        server,
        {**kept.asked, "limit": limit, "cursor": kept.cursor},
        destination,
        progress,
        passed,
    )
    kept.rows += int(headers["clearspan-page-rows"])
    cursor = headers.get("clearspan-cursor")
    if cursor is None and passed and not is_first:
        for asked in moved(server, dict(kept.asked), passed):
            headers = _copied(server, asked, destination, progress, passed)
            kept.rows += int(headers["clearspan-rows"])
    destination.keep(cursor)
    sys.stdout.flush()


def _copied(
    server: Server,
    asked: Mapping[str, Any],
    destination: Destination,
    progress: Progress,
    passed: Passed | None,
) -> Message:
    """Write what one request gives; the headers of its answer."""
    kept = destination.kept
    gone: BrokenPipeError | None = None
    with server.streamed("/api/v1/export", asked) as reply:
        if kept.total is None:
            kept.total = int(reply.headers["clearspan-rows"])
        while not gone and (piece := reply.read(_READ_BYTES)):
            try:
                destination.write(piece)
            except BrokenPipeError as error:  # of standard output, not of the server
                gone = error
            if passed:
                passed.look(piece)
            kept.size_bytes += len(piece)
            progress.show(_so_far(kept))
    if gone:
        raise gone
    return reply.headers


def _so_far(kept: Kept) -> str:
    total = max(kept.rows, kept.total or 0)
    least = "more than " if total > _MOST_COUNTED else ""
    rows = counted(
        min(total, _MOST_COUNTED) if least else total, str(kept.asked["of"]).removesuffix("s")
    )
    return f"{counted(kept.rows, '').strip()} of {least}{rows}, {amount(kept.size_bytes)}"
