"""`clearspan sql`: what no page shows, asked as in the SQL page."""

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.client import Server
from clearspan_server.cli.moments import moment
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server
from clearspan_server.errors import BadInput

_NUMBER = re.compile(r"(?:Nullable\(|LowCardinality\()*(?:U?Int|Float|Decimal|BFloat)")
# What a spreadsheet would run as a formula, or takes for the end of a cell.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def sql(  # noqa: PLR0913, PLR0917 - its options are its arguments
    query: Annotated[
        str, typer.Argument(help="One `select`; without it, or with -, what stands on stdin.")
    ] = "-",
    since: Annotated[
        str | None, typer.Option(help="Only rows from then on: so long ago (7d), a day, a time.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The same, exclusive; else now.")] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, which spreadsheets read safely.")
    ] = False,
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Ask in SQL: one `select` on spans, traces, logs, metrics and scores of the project."""
    if query == "-" and sys.stdin.isatty():
        raise BadInput(
            "there is no query: `clearspan sql 'select kind, count() from spans group by kind'`"
        )
    text = sys.stdin.read() if query == "-" else query
    server = the_server(data, url, project)
    answer = _answer(server, text, moment(since), moment(until))
    if as_json:
        printing.print_json(answer)
        return
    if as_csv:
        _print_csv(answer)
    else:
        _print_table(answer)
    if answer["truncated"]:
        _say(
            f"▸ only the first {len(answer['rows']):,} rows: a `limit` or a narrower window tells which"
        )


def _answer(server: Server, text: str, since: str | None, until: str | None) -> Any:  # noqa: ANN401 - foreign JSON
    path = f"/api/v1/sql?project={printing.in_path(server.project)}"
    return server.post(path, {"sql": text, "from": since, "to": until})


def _print_csv(answer: dict[str, Any]) -> None:
    numbers = [_is_number(column) for column in answer["columns"]]
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\n")
    written.writerow(_safe(column["name"]) for column in answer["columns"])
    for row in answer["rows"]:
        cells = zip(row, numbers, strict=True)
        written.writerow(_text(cell) if number else _safe(_text(cell)) for cell, number in cells)
    text = out.getvalue().encode("utf-8", "replace").decode()
    sys.stdout.write(printing.plain(text) if sys.stdout.isatty() else text)


def _print_table(answer: dict[str, Any]) -> None:
    from clearspan_server.cli.columns import Column, show_rows  # noqa: PLC0415 - Rich, which CSV needs not

    columns = [
        Column(
            printing.line_of(column["name"]),
            _cell(at),
            right=_is_number(column),
            least=0 if _is_number(column) else 8,
        )
        for at, column in enumerate(answer["columns"])
    ]
    rows = [{"cells": row} for row in answer["rows"]]
    show_rows(rows, columns, empty=True)
    count = len(rows)
    _say(f"▸ {count:,} row{'' if count == 1 else 's'} in {answer['elapsed_ms']:.0f} ms")


def _cell(at: int) -> Callable[[Any], str]:
    return lambda row: _text(row["cells"][at])


def _is_number(column: dict[str, Any]) -> bool:
    return _NUMBER.match(column["type"]) is not None


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _safe(text: str) -> str:
    """As the exports of the server write it: what a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _say(text: str) -> None:
    if sys.stdout.isatty():
        print(text, file=sys.stderr)  # noqa: T201 - the command's own output
