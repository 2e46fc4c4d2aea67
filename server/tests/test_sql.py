"""The SQL console: what analysts ask works, and nothing but a project's own rows comes back."""

import http.client
import json
import select
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from asking import ask as ask_server
from asking import bearer
from attacking import ATTACKS, ENDLESS, HARMLESS, ORDINARY, stored_twice
from clearspan_server.errors import BadSql, SqlLimit
from clearspan_server.query.console import ask as ask_console
from clearspan_server.query.console import filters
from clearspan_server.query.console_functions import NAMES
from clearspan_server.query.console_statement import TABLES
from clearspan_server.store.console import Console
from clearspan_server.store.engine import Engine
from reading import Reader
from running import Server, until

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def two(engine: Engine) -> Iterator[Reader]:
    """A project to ask of; beside it is another one, whose rows all say `foreign`."""
    with Reader(engine) as other, Reader(engine) as made:
        stored_twice(other, made)
        yield made


def ask(reader: Reader, text: str) -> Any:
    return reader.post("/sql", {"sql": text})


@pytest.mark.parametrize("text", ORDINARY)
def test_what_analysts_ask_works(two: Reader, text: str) -> None:
    answer = ask(two, text)

    assert answer["columns"]
    assert "foreign" not in str(answer["rows"])
    assert all(len(row) == len(answer["columns"]) for row in answer["rows"])


@pytest.mark.parametrize(("text", "word"), ATTACKS, ids=range(len(ATTACKS)))
def test_what_is_not_allowed_is_refused_by_name(two: Reader, text: str, word: str) -> None:
    status, message = two.post_refused("/sql", {"sql": text})

    assert 400 <= status < 500
    assert word in message


@pytest.mark.parametrize(("text", "value"), HARMLESS)
def test_what_only_looks_like_an_attack_is_answered(two: Reader, text: str, value: Any) -> None:
    assert ask(two, text)["rows"][0][0] == value


@pytest.mark.parametrize("table", TABLES)
def test_every_table_gives_the_columns_that_the_schema_tells(two: Reader, table: str) -> None:
    told = {one["name"]: one for one in two.get("/sql/schema")["tables"]}[table]

    answer = ask(two, f"select * from {table} limit 1")  # noqa: S608

    assert answer["columns"] == [
        {"name": one["name"], "type": one["type"]} for one in told["columns"]
    ]
    assert all(one["says"] for one in told["columns"])


def test_a_refusal_says_where_and_what(two: Reader) -> None:
    status, message = two.post_refused("/sql", {"sql": "select name,\n  sleep(3)\nfrom spans"})

    assert (status, message) == (400, "line 2, column 3: the function 'sleep' is not allowed here")


def test_the_engines_own_refusal_names_no_statement_of_ours(two: Reader) -> None:
    _, message = two.post_refused("/sql", {"sql": "select nobody from spans"})

    assert "nobody" in message
    assert all(word not in message for word in ("final", "project =", "SELECT", "DB::"))


def test_more_rows_than_are_given_are_told_of(two: Reader) -> None:
    many = "select arrayJoin(range(20000)) as n order by n"

    cut = ask(two, many)
    union = ask(two, f"{many} desc limit 6000 union all {many} desc limit 6000")
    whole = ask(two, f"{many} limit 10000")

    assert (len(cut["rows"]), cut["truncated"], cut["rows"][-1]) == (10_000, True, [9_999])
    assert (len(union["rows"]), union["truncated"]) == (10_000, True)
    assert (len(whole["rows"]), whole["truncated"]) == (10_000, False)


def test_several_selects_in_parentheses_are_ordered_together(two: Reader) -> None:
    several = "select 3 as n union all select 1 union all select 2"

    answer = ask(two, f"select n from ({several}) as x order by n")  # noqa: S608

    assert answer["rows"] == [[1], [2], [3]]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("select groupArray(n) from (select arrayJoin(range(100000000)) as n) as x", "memory"),
        ("select leftPad('x', 10000) as t from (select arrayJoin(range(5000)) as n) as x", "MB"),
    ],
    ids=["memory", "bytes"],
)
def test_what_takes_too_much_is_stopped(two: Reader, text: str, word: str) -> None:
    status, message = two.post_refused("/sql", {"sql": text})

    assert (status, word in message) == (400, True), message


def test_what_takes_too_long_is_stopped(engine: Engine) -> None:
    console = Console(engine.target, max_seconds=1)

    with pytest.raises(SqlLimit, match="over 1 s"):
        ask_console(console, console.begin(), "nobody", ENDLESS)
    # What it had written is not the beginning of the next answer.
    answer = ask_console(console, console.begin(), "nobody", "select 1")

    assert answer.rows == [[1]]
    console.close()


def test_numbers_that_would_be_rounded_are_texts(two: Reader) -> None:
    answer = ask(two, "select toUInt64(18446744073709551615), toDecimal64('0.1', 12), 1 / 0, 1.5")

    assert answer["rows"] == [["18446744073709551615", "0.1", "inf", 1.5]]


def test_every_function_is_one_of_the_engine(engine: Engine) -> None:
    there = {row["name"] for row in engine.query("select name from system.functions")}

    assert sorted(set(NAMES) - there) == []


def test_the_engine_gives_no_foreign_row_whatever_the_statement_says(
    two: Reader, engine: Engine
) -> None:
    everything = "select count() from spans where user_id in ('own', 'foreign')"
    found = engine.query(f"{everything} and project = {{p:String}}", {"p": two.project})
    ticket = two.console.begin()

    answer = json.loads(two.console.run(ticket, everything, filters(two.project)))

    assert int(answer["data"][0][0]) == found[0]["count()"] > 0
    two.console.end()


def test_its_clients_change_nothing(two: Reader) -> None:
    ticket = two.console.begin()

    with pytest.raises(BadSql, match="readonly"):
        two.console.run(ticket, "insert into spans (name) select 'x'", {})
    two.console.end()


def test_a_third_query_waits_and_one_whose_asker_has_gone_is_stopped(server: Server) -> None:
    """Of two that would take as long, one whose asker goes gives its place back before the other is stopped."""
    tries = (
        freed_before_the_other_ends(server) for _ in range(5)
    )  # a machine may stop for ten seconds

    assert any(tries)


def freed_before_the_other_ends(server: Server) -> bool:
    where = urllib.parse.urlsplit(server.url)
    body, headers = json.dumps({"sql": ENDLESS}), bearer(server.token) | JSON
    askers = [http.client.HTTPConnection(where.netloc, timeout=60) for _ in range(3)]
    with ExitStack() as opened:
        for one in askers:
            opened.callback(one.close)
            one.request("POST", "/api/v1/sql", body, headers)
        refused = answered(askers, 60)[0]
        goes, stays = (one for one in askers if one is not refused)
        reply = refused.getresponse()
        assert (reply.status, reply.headers["retry-after"]) == (429, "2")
        goes.close()
        until(lambda: is_answered(server))
        is_first = not answered([stays], 0)
    until(lambda: is_answered(server))
    return is_first


def answered(askers: list[http.client.HTTPConnection], within_s: float) -> list[Any]:
    """Those of which an answer has begun to come."""
    ready, _, _ = select.select([one.sock for one in askers], [], [], within_s)
    return [one for one in askers if one.sock in ready]


def is_answered(server: Server) -> bool:
    reply = ask_server(server, "POST", "/api/v1/sql", bearer(server.token), {"sql": "select 1"})
    return reply.status == 200


def test_no_condition_is_asked_of_foreign_rows(two: Reader, engine: Engine) -> None:
    """One that fails on a value would tell of rows that lie beside the project's own, in the same granule."""
    engine.command("optimize table spans final")
    fails_on_foreign = "intDiv(1, user_id != 'foreign') = 1 and length(name) > 0"

    answer = ask(two, f"select count() from spans where {fails_on_foreign}")  # noqa: S608

    assert answer["rows"] == [["12"]]


@pytest.mark.parametrize("table", TABLES)
def test_a_window_holds_for_every_table(two: Reader, table: str) -> None:
    counting = f"select count() from {table}"  # noqa: S608
    ever = ask(two, counting)["rows"][0][0]

    around = two.post("/sql", {"sql": counting, "from": "1970-01-02"})["rows"][0][0]
    before = two.post("/sql", {"sql": counting, "from": "1980-01-01", "to": "1980-01-02"})

    assert around == ever
    assert before["rows"][0][0] == "0"


def test_a_window_holds_inside_with_and_joins_and_a_bad_one_is_refused(two: Reader) -> None:
    text = (
        "with own as (select trace_id from spans) select count() from own"
        " join (select trace_id from traces) as other on own.trace_id = other.trace_id"
    )
    [[ever]] = ask(two, text)["rows"]

    [[then]] = two.post("/sql", {"sql": text, "from": "1980-01-01", "to": "1980-01-02"})["rows"]

    assert (int(ever) > 0, then) == (True, "0")
    status, message = two.post_refused("/sql", {"sql": text, "from": "yesterday"})
    assert (status, "yesterday" in message) == (400, True)
