"""Commands and pipelines of redis-py are spans, synchronous and not, without their values."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis, ResponseError
from redis import asyncio as redis_asyncio

import clearspan
from clearspan.instrument import redis
from clearspan.testing import capture_spans
from resp import redis_server


@pytest.fixture
def port() -> Iterator[int]:
    redis.instrument()
    with redis_server() as running:
        yield running
    redis.uninstrument()


def statements(spans: list[clearspan.Span]) -> list[object]:
    return [span.fields["db.query.text"] for span in spans if span.kind == "db"]


def test_a_command_is_a_span_with_its_key_and_no_value(port: int) -> None:
    with Redis(port=port, protocol=2) as client, capture_spans() as spans:
        client.set("warm", "up")
        with clearspan.span("root") as root:
            client.set("user:7", "secret", ex=60)
            found = client.get("user:7")

    first, _, _ = spans
    assert found == b"secret"
    assert statements(spans) == ["SET user:7 ? ? ?", "GET user:7"]
    assert (first.name, first.kind, first.parent_id) == ("SET", "db", root.span_id)
    assert first.fields["db.system.name"] == "redis"


def test_a_pipeline_is_one_span(port: int) -> None:
    with (
        Redis(port=port, protocol=2) as client,
        client.pipeline() as pipeline,
        capture_spans() as spans,
        clearspan.span("root"),
    ):
        found = pipeline.set("a", 1).get("a").execute()

    pipeline_span, _ = spans
    assert found == [True, b"1"]
    assert pipeline_span.name == "PIPELINE"
    assert pipeline_span.fields["db.query.text"] == "SET a ?\nGET a"
    assert pipeline_span.fields["db.operation.batch.size"] == 2


def test_asynchronous_commands_and_pipelines_are_spans(port: int) -> None:
    async def ask() -> object:
        async with redis_asyncio.Redis(port=port, protocol=2) as client:
            with clearspan.span("root"):
                await client.set("a", 1)
                pipeline: Any  # its methods are typed as the client's, which are awaited
                async with client.pipeline(transaction=False) as pipeline:
                    pipeline.set("b", 2)
                    pipeline.get("b")
                    return await pipeline.execute()

    with capture_spans() as spans:
        found = asyncio.run(ask())

    assert found == [True, b"2"]
    assert statements(spans) == ["SET a ?", "SET b ?\nGET b"]


def test_a_refused_command_is_an_error(port: int) -> None:
    with (
        Redis(port=port, protocol=2) as client,
        capture_spans() as spans,
        clearspan.span("root"),
        pytest.raises(ResponseError),
    ):
        client.lpush("list", 1)

    assert spans[0].status == "error"
    assert spans[0].failure is not None
    assert spans[0].failure.type == "redis.exceptions.ResponseError"


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (("AUTH", "ann", "secret"), "AUTH"),
        (("ACL SETUSER", "ann", ">secret"), "ACL SETUSER"),
        (("EVAL", "return 1", 0), "EVAL return 1 ?"),
        ((b"get", b"k\xff"), "GET k�"),
        (("MSET", *range(100)), "MSET 0" + " ?" * 8),
        (("GET", "k" * 1000), "GET " + "k" * 256),
    ],
)
def test_a_command_is_shown_by_its_key(command: tuple[object, ...], text: str) -> None:
    assert redis.shown(command) == text


def test_uninstrumenting_restores_the_classes() -> None:
    before = Redis.execute_command, redis_asyncio.Redis.execute_command

    redis.instrument()
    redis.instrument()
    redis.uninstrument()

    assert (Redis.execute_command, redis_asyncio.Redis.execute_command) == before
