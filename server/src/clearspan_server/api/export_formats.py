"""Rows of a list as CSV, JSON, JSON lines and Markdown."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import orjson
from pydantic import JsonValue

from clearspan_server.model.unseen import UNSEEN

Row = Mapping[str, JsonValue]

# What a spreadsheet would run as a formula, also behind what it passes over, or takes for the end of a cell. Where
# letters are wide, so are its signs.
_FORMULA = re.compile(f"[\\t\\r\\n]|[\\s{UNSEEN}]*[=+\\-@＝＋－＠]")
_CONTROLS = re.compile(f"[{UNSEEN}]")
_SPACES = re.compile(r"\s+")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#!~&$])")


@dataclass(slots=True, frozen=True)
class Format:
    """How rows are written: what comes before them, a page of them, between two pages, and at the end."""

    media_type: str
    suffix: str
    head: Callable[[Sequence[str]], str]
    page: Callable[[Sequence[str], Sequence[Row]], str]
    between: str = ""
    end: str = ""


def _csv_line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _csv_page(fields: Sequence[str], rows: Sequence[Row]) -> str:
    return "".join(_csv_line([_csv_cell(row[name]) for name in fields]) for row in rows)


def _csv_cell(value: JsonValue) -> str:
    if not isinstance(value, str):
        return "" if value is None else _json(value)
    return f"'{value}" if _FORMULA.match(value) else value


def _json(value: JsonValue | Row) -> str:
    return orjson.dumps(value).decode()


def _json_lines(_fields: Sequence[str], rows: Sequence[Row]) -> str:
    return "".join(f"{_json(row)}\n" for row in rows)


def _json_page(_fields: Sequence[str], rows: Sequence[Row]) -> str:
    return ",\n".join(map(_json, rows))


def _markdown_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _markdown_head(fields: Sequence[str]) -> str:
    return _markdown_line(fields) + _markdown_line(["---"] * len(fields))


def _markdown_page(fields: Sequence[str], rows: Sequence[Row]) -> str:
    return "".join(_markdown_line([_markdown_cell(row[name]) for name in fields]) for row in rows)


def _markdown_cell(value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(_markdown_cell, value))
    text = value if isinstance(value, str) else _json(value)
    visible = _CONTROLS.sub("�", _SPACES.sub(" ", text).strip())
    return _MARKDOWN.sub(r"\\\1", visible)


def _nothing(_fields: Sequence[str]) -> str:
    return ""


FORMATS: Mapping[str, Format] = {
    "csv": Format("text/csv; charset=utf-8; header=present", "csv", _csv_line, _csv_page),
    "json": Format("application/json", "json", lambda _: "[", _json_page, between=",\n", end="]\n"),
    "jsonl": Format("application/jsonl", "jsonl", _nothing, _json_lines),
    "markdown": Format("text/markdown; charset=utf-8", "md", _markdown_head, _markdown_page),
}
