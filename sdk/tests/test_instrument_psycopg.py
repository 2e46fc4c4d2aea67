"""Queries of psycopg are spans, synchronous and not."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

import clearspan
from clearspan.instrument import psycopg as instrumented_psycopg
from clearspan.testing import capture_spans
from postgres import postgres


@pytest.fixture
def address() -> Iterator[str]:
    instrumented_psycopg.instrument()
    with postgres() as running:
        yield running
    instrumented_psycopg.uninstrument()


def test_a_query_is_a_span_with_its_statement_and_rows(address: str) -> None:
    with (
        psycopg.connect(address, autocommit=True) as connection,
        capture_spans() as spans,
        clearspan.span("root") as root,
    ):
        row = connection.execute("select one from users where id = %s", (7,)).fetchone()

    query, _ = spans
    assert row == (1,)
    assert (query.name, query.kind, query.parent_id) == ("SELECT users", "db", root.span_id)
    assert query.fields == {
        "db.system.name": "postgresql",
        "db.operation.name": "SELECT",
        "db.query.text": "select one from users where id = %s",
        "db.namespace": "shop",
        "db.response.returned_rows": 1,
    }


def test_an_asynchronous_query_is_a_span(address: str) -> None:
    async def ask() -> object:
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            with clearspan.span("root"):
                cursor = await connection.execute("select one from users")
                return await cursor.fetchone()

    with capture_spans() as spans:
        row = asyncio.run(ask())

    assert row == (1,)
    assert [span.name for span in spans] == ["SELECT users", "root"]


def test_a_composed_query_is_written_out(address: str) -> None:
    with (
        psycopg.connect(address, autocommit=True) as connection,
        capture_spans() as spans,
        clearspan.span("root"),
    ):
        query = sql.SQL("select one from {}").format(sql.Identifier("users"))
        connection.execute(query)

    assert spans[0].fields["db.query.text"] == 'select one from "users"'


def test_a_failed_query_is_an_error(address: str) -> None:
    with (
        psycopg.connect(address, autocommit=True) as connection,
        capture_spans() as spans,
        clearspan.span("root"),
        pytest.raises(psycopg.errors.UndefinedTable),
    ):
        connection.execute("select * from nowhere")

    assert spans[0].status == "error"
    assert spans[0].failure is not None
    assert spans[0].failure.type == "psycopg.errors.UndefinedTable"


def test_uninstrumenting_restores_the_classes() -> None:
    before = psycopg.Cursor.execute, psycopg.AsyncCursor.execute

    instrumented_psycopg.instrument()
    instrumented_psycopg.uninstrument()

    assert (psycopg.Cursor.execute, psycopg.AsyncCursor.execute) == before
