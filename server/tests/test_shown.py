"""What lists show of a row is what its columns hold, however they were stored."""

from decimal import Decimal
from typing import Any

import pytest

import reading
from clearspan_server.store.shown import OF_SPAN, OF_TRACE, unpacked
from reading import Reader

ODD = 'a "quote", a \\ and / of Zoë\n\t\u2028 \x07 終'


@pytest.mark.parametrize(("table", "names"), [("traces", OF_TRACE), ("spans", OF_SPAN)])
def test_one_column_holds_what_many_do(reader: Reader, table: str, names: tuple[str, ...]) -> None:
    full: dict[str, Any] = {
        "kind": "llm",
        "counted": True,
        "input_tokens": 1,
        "request_model": "gpt-4o",
        "total_tokens": 2**60,
        "total_cost": Decimal("123456.123456789012"),
        "sample_weight": 2.5,
    }
    texts: dict[str, Any] = {
        "error_message": ODD * 100,
        "user_id": ODD,
        "tags": [ODD, ""],
        "name": ODD,
    }
    reader.store(
        reading.span(1, 1, **full, **texts), reading.span(1, 2), reading.span(2, 1, end_ns=None)
    )

    asked = "select *, shown from {table:Identifier} final where project = {project:String}"
    found = reader.engine.query(asked, {"table": table, "project": reader.project})

    assert {None, 2**60} <= {row["total_tokens"] for row in found}
    for row in found:
        held = {name: row[name] for name in names}
        held["error_message"] = held["error_message"][:500]
        assert unpacked({"shown": row["shown"]}, names) == held
