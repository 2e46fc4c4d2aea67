"""Exports: every list in every form, read back by readers of those forms; and what must do no harm in them."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from clearspan_server.api.export_formats import FORMATS
from reading import BASE_NS, HOUR_NS, Reader, span

LISTS = ["traces", "spans", "sessions", "users", "failures"]
IDS = {"traces": "trace_id", "sessions": "session_id", "users": "user_id"}
Parse = Callable[[str], list[dict[str, Any]]]


def of_csv(text: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def of_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def of_markdown(text: str) -> list[dict[str, Any]]:
    lines = [
        [cell.strip().replace("\\", "") for cell in line.split(" | ")]
        for line in text.removesuffix("\n").split("\n")
    ]
    names = [name.strip("| ") for name in lines[0]]
    return [
        dict(zip(names, (cell.strip("| ") for cell in line), strict=True)) for line in lines[2:]
    ]


READERS: dict[str, Parse] = {
    "csv": of_csv,
    "json": json.loads,
    "jsonl": of_lines,
    "markdown": of_markdown,
}


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest) -> Reader:
    """Thirty traces of two spans, of ten sessions and four users; some of them fail."""
    reader = Reader(request.getfixturevalue("engine"))
    spans = []
    for number in range(1, 31):
        start_ns = BASE_NS - number % 6 * HOUR_NS
        who: dict[str, Any] = {"user_id": f"u{number % 4}", "session_id": f"s{number % 10}"}
        failed: dict[str, Any] = {
            "status": "error",
            "error_type": f"E{number % 3}",
            "error_message": f"order {number} is lost",
        }
        spans.append(span(number, 1, start_ns=start_ns, **who, **failed if number % 7 == 0 else {}))
        spans.append(
            span(
                number,
                2,
                parent=1,
                start_ns=start_ns + 1,
                kind="llm",
                total_cost=Decimal(number) / 1_000,
                input_tokens=number,
                total_tokens=number,
            )
        )
    reader.store(*spans)
    return reader


@pytest.mark.parametrize("of", LISTS)
@pytest.mark.parametrize("form", READERS)
def test_an_export_has_the_rows_of_the_list_in_its_order(shop: Reader, of: str, form: str) -> None:
    rows = shop.get(f"/{of}", limit=500)[of]

    text, headers = shop.text("/export", of=of, format=form)

    found = READERS[form](text)
    assert len(found) == len(rows) == int(headers["clearspan-rows"])
    if form.startswith("json"):
        assert found == rows
    else:
        names = [name for name, value in rows[0].items() if isinstance(value, str)]
        assert [[row[name] for name in names] for row in found] == [
            [row[name] or "" for name in names] for row in rows
        ]


def test_cells_of_csv_that_are_no_text_are_json_and_the_unknown_is_empty(shop: Reader) -> None:
    [row] = shop.get("/traces", limit=1)["traces"]

    [cells, *_] = of_csv(shop.text("/export", of="traces")[0])

    assert json.loads(cells["services"]) == row["services"]
    assert int(cells["span_count"]) == row["span_count"]
    assert (row["output_tokens"], cells["output_tokens"]) == (None, "")


@pytest.mark.parametrize("of", IDS)
def test_a_selection_and_fields_cut_an_export(shop: Reader, of: str) -> None:
    rows = shop.get(f"/{of}", limit=3)[of]
    ids = [row[IDS[of]] for row in rows]

    text, headers = shop.text("/export", of=of, format="jsonl", id=ids[1:], fields="total_cost")

    assert of_lines(text) == [
        {IDS[of]: row[IDS[of]], "total_cost": row["total_cost"]} for row in rows[1:]
    ]
    assert headers["clearspan-rows"] == "2"


def test_a_span_is_selected_by_its_trace_and_itself(shop: Reader) -> None:
    wanted = shop.get("/spans", limit=4)["spans"][2:]
    ids = [f"{row['trace_id']}/{row['span_id']}" for row in wanted]

    text, _ = shop.text("/export", of="spans", format="jsonl", id=ids)

    assert of_lines(text) == wanted


def test_a_failure_is_selected_by_its_fingerprint(shop: Reader) -> None:
    rows = shop.get("/failures")["failures"]

    text, _ = shop.text("/export", of="failures", format="jsonl", id=rows[1]["fingerprint"])

    assert of_lines(text) == [rows[1]]


@pytest.mark.parametrize("of", LISTS)
def test_an_export_passes_the_filter_of_its_list(shop: Reader, of: str) -> None:
    rows = shop.get(f"/{of}", filter="status:error user:u3")[of]

    text, headers = shop.text("/export", of=of, format="jsonl", filter="status:error user:u3")

    assert of_lines(text) == rows
    assert int(headers["clearspan-rows"]) == len(rows) > 0


@pytest.mark.parametrize("of", LISTS)
def test_every_list_is_cut_to_the_fields_that_are_asked_for(shop: Reader, of: str) -> None:
    ids = {"spans": {"trace_id", "span_id"}, "failures": {"fingerprint"}}.get(of) or {IDS[of]}

    rows = shop.get(f"/{of}", fields="services" if of != "spans" else "service", limit=2)[of]

    assert {frozenset(row) for row in rows} == {
        frozenset(ids | {"services" if of != "spans" else "service"})
    }


def test_an_export_is_sorted_as_its_list(shop: Reader) -> None:
    rows = shop.get("/users", sort="-cost")["users"]

    text, _ = shop.text("/export", of="users", format="jsonl", sort="-cost")

    assert of_lines(text) == rows


def test_what_is_more_than_a_page_comes_whole(reader: Reader) -> None:
    reader.store(*(span(number, user_id=f"u{number}") for number in range(1, 2_003)))

    text, headers = reader.text("/export", of="users", format="jsonl", fields="traces")
    spans, _ = reader.text("/export", of="spans", fields="name", to="2099-01-01")

    assert len({row["user_id"] for row in of_lines(text)}) == 2_002
    assert headers["clearspan-rows"] == "2002"
    assert len(of_csv(spans)) == 2_002


RUN = ["=1+2", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]
BEHIND = [" =1", "\u3000=1", "\xa0 +1", "\ufeff-1", "\x00@A1", "\u200b=1"]
WIDE = ["＝1", "＋1", "－1", "＠A1", " ＝1"]


@pytest.mark.parametrize("said", [*RUN, *BEHIND, *WIDE])
def test_a_cell_that_a_spreadsheet_would_run_is_text(said: str) -> None:
    [cells] = of_csv(written("csv", said))

    assert cells["name"] == f"'{said}"


def test_quotes_commas_and_line_breaks_survive_csv() -> None:
    said = 'a "b", c;\r\nd\n\te | f'

    [cells] = of_csv(written("csv", said))

    assert cells["name"] == said


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "�\\[31mred�\\[0m"),
        ("\x9b2Jgone", "�2Jgone"),
        ("evil\u202etxt.exe", "evil�txt.exe"),
        ("soft\xadly hid\u200bden", "soft�ly hid�den"),
        ("a | b\nc", "a \\| b c"),
        ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
        ("![x](http://evil/)", "\\!\\[x\\](http://evil/)"),
        ("`rm -rf`", "\\`rm -rf\\`"),
    ],
)
def test_nothing_that_was_recorded_acts_in_markdown(said: str, shown: str) -> None:
    assert written("markdown", said) == f"| name |\n| --- |\n| {shown} |\n"


def written(form: str, said: str) -> str:
    """A file of one row with one text."""
    writer = FORMATS[form]
    return writer.head(["name"]) + writer.page(["name"], [{"name": said}]) + writer.end


@pytest.mark.parametrize(
    ("form", "empty"),
    [
        ("csv", "user_id,traces\r\n"),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("markdown", "| user_id | traces |\n| --- | --- |\n"),
    ],
)
def test_a_project_without_rows_exports_none(reader: Reader, form: str, empty: str) -> None:
    text, headers = reader.text("/export", of="users", format=form, fields="traces")

    assert text == empty
    assert headers["clearspan-rows"] == "0"


@pytest.mark.parametrize("of", LISTS)
def test_another_project_exports_nothing_of_this_one(shop: Reader, of: str) -> None:
    with Reader(shop.engine) as other:
        text, headers = other.text("/export", of=of, format="jsonl")

    assert (text, headers["clearspan-rows"]) == ("", "0")


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"of": "colours"}, "colours"),
        ({"format": "xls"}, "xls"),
        ({"of": "users", "sort": "-start"}, "-start"),
        ({"of": "users", "fields": "trace_id"}, "trace_id"),
        ({"of": "failures", "category": "fialed"}, "fialed"),
        ({"from_": "2026-01-02", "to": "2026-01-01"}, "2026-01-02"),
        ({"id": ["x"] * 1_001}, "id"),
        ({"of": "spans", "format": "otlp"}, "otlp"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "x", "limit": 2}, "cursor"),
    ],
)
def test_a_bad_value_is_refused_by_name(shop: Reader, asked: dict[str, object], named: str) -> None:
    status, message = shop.refusal("/export", **asked)

    assert status == 400
    assert named in message


def test_an_export_breaks_off_when_its_credential_ends(reader: Reader) -> None:
    reader.store(span(1))
    reader.may_read = False

    with pytest.raises(PermissionError, match="has ended"):
        reader.text("/export", of="spans")


@pytest.mark.parametrize("of", LISTS)
@pytest.mark.parametrize("form", READERS)
def test_a_file_in_parts_is_the_file(shop: Reader, of: str, form: str) -> None:
    asked: dict[str, Any] = {"of": of, "format": form, "to": "2099-01-01"}
    whole, headers = shop.text("/export", **asked)

    parts = ""
    counts: list[str | None] = []
    rows = 0
    told: Mapping[str, str] = {"clearspan-cursor": ""}
    while "clearspan-cursor" in told:
        text, told = shop.text("/export", **asked, limit=7, cursor=told["clearspan-cursor"])
        parts += text
        counts.append(told.get("clearspan-rows"))
        rows += int(told["clearspan-page-rows"])

    assert parts == whole
    assert str(rows) == counts[0]
    assert counts[0] == headers["clearspan-rows"]
    assert set(counts[1:]) <= {None}


def test_otlp_is_whole_traces_a_line_each(shop: Reader) -> None:
    rows = shop.get("/traces", filter="status:error")["traces"]

    text, headers = shop.text("/export", format="otlp", filter="status:error")

    lines = of_lines(text)
    spans = [
        [one for group in line["resourceSpans"] for one in group["scopeSpans"][0]["spans"]]
        for line in lines
    ]
    assert [{one["traceId"] for one in line} for line in spans] == [
        {row["trace_id"]} for row in rows
    ]
    assert {len(line) for line in spans} == {2}
    assert headers["clearspan-rows"] == str(len(rows))
