"""Statements of SQLAlchemy are spans, once, although its drivers are recorded, too."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

import clearspan
from clearspan.instrument import dbapi, sqlalchemy
from clearspan.testing import capture_spans


@pytest.fixture
def engine() -> Iterator[Engine]:
    dbapi.instrument()
    sqlalchemy.instrument()
    made = create_engine("sqlite://", poolclass=StaticPool)
    made.connect().close()  # it asks for its version the first time
    yield made
    made.dispose()
    dbapi.uninstrument()
    sqlalchemy.uninstrument()


def test_a_statement_is_a_span_and_its_driver_adds_none(engine: Engine) -> None:
    with capture_spans() as spans, clearspan.span("root") as root, engine.begin() as connection:
        connection.execute(text("create table users (name text)"))
        connection.execute(text("insert into users values (:name)"), [{"name": "Ann"}])
        found = connection.execute(text("select name from users")).all()

    assert [tuple(row) for row in found] == [("Ann",)]
    assert [span.name for span in spans] == [
        "CREATE users",
        "INSERT users",
        "SELECT users",
        "root",
    ]
    assert {span.parent_id for span in spans[:-1]} == {root.span_id}
    assert spans[1].fields["db.query.text"] == "insert into users values (?)"
    assert spans[1].fields["db.response.affected_rows"] == 1


def test_a_failed_statement_is_an_error_and_leaves_the_place_behind(engine: Engine) -> None:
    with (
        capture_spans() as spans,
        clearspan.span("root"),
        engine.connect() as connection,
    ):
        with pytest.raises(OperationalError, match="no such table"):
            connection.execute(text("select * from nowhere"))
        with clearspan.span("after") as after:
            pass

    failed, _, root = spans
    assert failed.status == "error"
    assert failed.failure is not None
    assert failed.failure.type == "sqlite3.OperationalError"
    assert after.parent_id == root.span_id


def test_instrumenting_is_idempotent_and_reversible(engine: Engine) -> None:
    sqlalchemy.instrument()
    with capture_spans() as once, clearspan.span("root"), engine.connect() as connection:
        connection.execute(text("select 1"))

    sqlalchemy.uninstrument()
    dbapi.uninstrument()
    with capture_spans() as none, clearspan.span("root"), engine.connect() as connection:
        connection.execute(text("select 1"))

    assert [span.name for span in once] == ["SELECT", "root"]
    assert [span.name for span in none] == ["root"]
    assert not event.contains(Engine, "handle_error", sqlalchemy.LISTENERS["handle_error"])
