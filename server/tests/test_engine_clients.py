"""Connections to the engine: what happened to one question never reaches another."""

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from clearspan_server.store.engine import Engine

FAILS = """
select number, throwIf(number = {at:UInt64}, 'stop') from numbers(100000)
settings max_threads = 1, max_block_size = 1000
"""


@pytest.mark.parametrize("at", [10, 50_000])
def test_after_a_question_that_failed_in_the_middle_the_next_is_answered(
    engine: Engine, at: int
) -> None:
    for ask in (engine.query, engine.table):
        with pytest.raises(DatabaseError, match="stop"):
            ask(FAILS, {"at": at})

        assert engine.query("select 7 as seven") == [{"seven": 7}]
        assert engine.table("select 7 as seven").to_pylist() == [{"seven": 7}]


def test_a_failed_question_takes_nothing_with_it_that_the_engine_keeps_in_memory(
    engine: Engine,
) -> None:
    engine.command("create table kept (one UInt8) engine = Memory")
    engine.insert_rows("kept", ["one"], [[1]])

    with pytest.raises(DatabaseError, match="stop"):
        engine.query(FAILS, {"at": 10})

    assert engine.query("select one from kept") == [{"one": 1}]
    engine.command("drop table kept")
