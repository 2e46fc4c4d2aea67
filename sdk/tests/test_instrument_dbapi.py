"""Queries are spans, and connections and cursors are what they were."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

import clearspan
from clearspan.instrument import dbapi
from clearspan.instrument.dbapi import wrap_connection
from clearspan.instrument.queries import MAX_STATEMENT_CHARS, query_span
from clearspan.testing import capture_spans


@pytest.fixture
def instrumented() -> Iterator[None]:
    dbapi.instrument()
    yield
    dbapi.uninstrument()


@pytest.mark.usefixtures("instrumented")
def test_a_query_of_sqlite_is_a_span_with_its_statement_and_no_parameters() -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table users (name text)")
        with capture_spans() as spans, clearspan.span("root") as root:
            connection.execute("insert into users values (?)", ("Ann",))
            found = connection.cursor().execute("select name from users").fetchall()
    connection.close()

    insert, select, _ = spans
    assert found == [("Ann",)]
    assert (insert.name, insert.kind, insert.parent_id) == ("INSERT users", "db", root.span_id)
    assert insert.fields == {
        "db.system.name": "sqlite",
        "db.operation.name": "INSERT",
        "db.query.text": "insert into users values (?)",
        "db.response.affected_rows": 1,
    }
    assert select.name == "SELECT users"


@pytest.mark.usefixtures("instrumented")
def test_a_wrong_query_is_an_error_and_raises_what_it_raised() -> None:
    connection = sqlite3.connect(":memory:")

    with (
        capture_spans() as spans,
        clearspan.span("root"),
        pytest.raises(sqlite3.OperationalError, match="no such table"),
    ):
        connection.execute("select * from nowhere")
    connection.close()

    query = spans[0]
    assert query.status == "error"
    assert query.failure is not None
    assert query.failure.type == "sqlite3.OperationalError"


@pytest.mark.usefixtures("instrumented")
def test_connections_and_cursors_are_still_sqlites_and_the_programs_own() -> None:
    class Own(sqlite3.Connection):
        """A program's class."""

    connection = sqlite3.connect(":memory:", factory=Own)
    cursor = connection.cursor()
    rows = connection.executescript("create table t (a); insert into t values (1)")
    connection.row_factory = sqlite3.Row
    (row,) = connection.execute("select a from t")
    connection.close()

    assert isinstance(connection, Own)
    assert isinstance(cursor, sqlite3.Cursor)
    assert isinstance(rows, sqlite3.Cursor)
    assert row["a"] == 1


@pytest.mark.usefixtures("instrumented")
def test_a_programs_own_cursor_is_recorded_as_it_was_called() -> None:
    class Own(sqlite3.Cursor):
        """Translates, as Django's does."""

        def execute(self, sql: str, *args: Any) -> "Own":  # type: ignore[explicit-override]  # override is of Python 3.12
            super().execute(sql.replace("%s", "?"), *args)
            return self

    connection = sqlite3.connect(":memory:")
    with capture_spans() as spans, clearspan.span("root"):
        cursor = connection.cursor(factory=Own).execute("select %s", (7,))
        row = cursor.fetchone()
    connection.close()

    assert row == (7,)
    assert isinstance(cursor, Own)
    assert [span.name for span in spans] == ["SELECT", "root"]
    assert spans[0].fields["db.query.text"] == "select %s"


@pytest.mark.usefixtures("instrumented")
def test_a_query_outside_of_any_span_is_not_recorded_unless_asked() -> None:
    connection = sqlite3.connect(":memory:")

    with capture_spans() as spans:
        connection.execute("select 1")
        dbapi.instrument(always=True)
        connection.execute("select 2")
        dbapi.instrument()
        connection.execute("select 3")
    connection.close()

    assert [span.fields["db.query.text"] for span in spans] == ["select 2"]


def test_uninstrumenting_restores_sqlite_and_stops_open_connections() -> None:
    before = sqlite3.connect

    dbapi.instrument()
    connection = sqlite3.connect(":memory:")
    dbapi.uninstrument()
    with capture_spans() as spans, clearspan.span("root"):
        connection.execute("select 1")
    connection.close()

    assert sqlite3.connect is before
    assert sqlite3.dbapi2.connect is before
    assert [span.name for span in spans] == ["root"]


def test_one_connection_of_any_driver_is_wrapped() -> None:
    connection = wrap_connection(sqlite3.connect(":memory:"))

    with capture_spans() as spans, clearspan.span("root"), connection:
        connection.row_factory = sqlite3.Row
        cursor = connection.cursor()
        same = cursor.execute("select 1 as one")
        rows = [row["one"] for row in cursor]
        direct = connection.execute("select 2 as two").fetchone()["two"]
    connection.close()

    assert same is cursor
    assert (rows, direct) == ([1], 2)
    assert [span.fields.get("db.query.text") for span in spans] == [
        "select 1 as one",
        "select 2 as two",
        None,
    ]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("-- daily\n/* job */ WITH x AS (SELECT 1) SELECT * FROM x", "WITH x"),
        ("(select 1)", "SELECT"),
        ("update app.users set name = 'from secret'", "UPDATE app.users"),
        (b"delete from `t`", "DELETE `t`"),
        ("", "sqlite"),
        (object(), "sqlite"),
        ("select '" + "x" * 100_000, "SELECT"),
    ],
)
def test_a_span_is_named_after_operation_and_table(statement: object, name: str) -> None:
    with capture_spans(), clearspan.span("root"):
        span = query_span("test", "sqlite", statement)

    assert span is not None
    assert span.name == name
    assert len(str(span.fields["db.query.text"] or "")) <= MAX_STATEMENT_CHARS
