"""Calls of MCP tools are spans in the client and in the server, of one trace."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.session import ClientSession
from mcp.server.mcpserver import MCPServer
from mcp.server.runner import ServerRunner

import clearspan
from clearspan.instrument import mcp
from clearspan.testing import capture_spans


@pytest.fixture
def instrumented() -> Iterator[None]:
    mcp.instrument()
    yield
    mcp.uninstrument()


def shop() -> MCPServer:
    server = MCPServer("shop")

    @server.tool()
    def price(item: str) -> dict[str, int]:
        """What it costs."""
        with clearspan.span("look up"):
            return {"cents": len(item)}

    @server.tool()
    def greet(name: str) -> str:
        """Says hello."""
        return f"hello {name}"

    @server.tool()
    def broken() -> str:
        """Fails."""
        raise LookupError("no such shelf")

    return server


def call(name: str, arguments: dict[str, Any]) -> Any:
    async def ask() -> Any:
        async with Client(shop()) as client:
            await client.list_tools()
            with clearspan.span("agent"):
                return await client.call_tool(name, arguments)

    return asyncio.run(ask())


@pytest.mark.usefixtures("instrumented")
def test_client_and_server_record_one_call_in_one_trace() -> None:
    with capture_spans() as spans:
        result = call("price", {"item": "tea"})

    inside, server, client, agent = spans
    assert result.structured_content == {"cents": 3}
    assert (client.name, client.kind, client.parent_id) == ("price", "tool", agent.span_id)
    assert (server.name, server.kind, server.parent_id) == ("price", "tool", client.span_id)
    assert inside.parent_id == server.span_id
    assert {span.trace_id for span in spans} == {agent.trace_id}
    for span in (client, server):
        assert (span.arguments, span.result) == ({"item": "tea"}, {"cents": 3})


@pytest.mark.usefixtures("instrumented")
def test_a_tool_that_fails_is_an_error_on_both_sides() -> None:
    with capture_spans() as spans:
        result = call("broken", {})

    server, client, _ = spans
    assert result.is_error
    assert [(span.status, span.failure and span.failure.type) for span in (server, client)] == [
        ("error", "tool_error")
    ] * 2


def test_results_are_equal_with_and_without() -> None:
    with capture_spans():
        without = call("greet", {"name": "Ann"})
        mcp.instrument()
        recorded = call("greet", {"name": "Ann"})
        mcp.uninstrument()

    assert recorded == without


def test_uninstrumenting_restores_the_classes() -> None:
    before = ClientSession.call_tool, vars(ServerRunner)["_on_request"]

    mcp.instrument()
    mcp.instrument()
    mcp.uninstrument()

    assert (ClientSession.call_tool, vars(ServerRunner)["_on_request"]) == before
