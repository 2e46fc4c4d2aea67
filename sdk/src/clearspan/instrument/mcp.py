"""Records calls of MCP tools, in clients and in servers; a server continues its client's trace.

The trace travels in `_meta`: https://modelcontextprotocol.io/specification/2025-06-18/basic#meta.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from clearspan.errors import report
from clearspan.instrument.patching import is_patched, patch, unpatch, when_imported
from clearspan.propagation import extract, inject
from clearspan.tracer import Span

GROUP = "mcp"
CARRYING = ("traceparent", "tracestate", "baggage")


def instrument() -> None:
    """Records each `call_tool` of a client, and each tool call that a server handles, as a tool span."""
    when_imported(GROUP, "mcp.client.session", _client)
    when_imported(GROUP, "mcp.server.runner", _server)


def uninstrument() -> None:
    """Puts the originals back."""
    unpatch(GROUP)


def _client(module: ModuleType) -> None:
    patch(GROUP, module.ClientSession, "call_tool", _calling)


def _server(module: ModuleType) -> None:
    patch(GROUP, module.ServerRunner, "_on_request", _handling)


def _calling(original: Callable[..., Any]) -> Callable[..., Any]:
    takes_meta = "meta" in inspect.signature(original).parameters

    async def call_tool(self: object, name: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # MCP's
        if not is_patched(GROUP):
            return await original(self, name, *args, **kwargs)
        arguments = args[0] if args else kwargs.get("arguments")
        with _span(name, arguments) as span:
            if takes_meta:
                kwargs["meta"] = _with_trace(kwargs.get("meta"))
            result = await original(self, name, *args, **kwargs)
            _answered(span, result)
            return result

    return call_tool


def _handling(original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(self: object, context: Any, method: str, params: Any) -> Any:  # noqa: ANN401  # MCP's
        if method != "tools/call" or not is_patched(GROUP) or not isinstance(params, Mapping):
            return await original(self, context, method, params)
        meta = params.get("_meta")
        told = meta if isinstance(meta, Mapping) else {}
        carrying = {name: told[name] for name in CARRYING if isinstance(told.get(name), str)}
        with extract(carrying), _span(params.get("name"), params.get("arguments")) as span:
            result = await original(self, context, method, params)
            _answered(span, result)
            return result

    return handle


def _span(name: object, arguments: object) -> Span:
    facts = {"arguments": arguments, "mcp.method.name": "tools/call"}
    return Span(
        name if isinstance(name, str) else "tool",
        "tool",
        {key: fact for key, fact in facts.items() if fact is not None},
    )


def _with_trace(meta: Any) -> Any:  # noqa: ANN401  # MCP's
    ours: dict[str, str] = {}
    inject(ours)
    return {**ours, **(meta or {})}


def _answered(span: Span, result: Any) -> None:  # noqa: ANN401  # MCP's
    """Records a result: of the client a model, of the server what goes over the wire."""
    try:
        if isinstance(result, Mapping):
            structured, content = result.get("structuredContent"), result.get("content")
            is_error = result.get("isError")
        else:
            structured = getattr(result, "structured_content", None)
            content, is_error = getattr(result, "content", None), getattr(result, "is_error", None)
        texts = [text for part in content or () if (text := _text(part)) is not None]
        whole = texts and len(texts) == len(content or ())
        said: object = "\n".join(texts) if whole else content
        span.set({"result": said if structured is None else structured})
        if is_error:
            span.error("tool_error", "\n".join(texts))
    except Exception as error:  # noqa: BLE001  # the funnel: another version of the library
        report(error, "reading the result of an MCP tool")


def _text(part: Any) -> str | None:  # noqa: ANN401  # MCP's
    text = part.get("text") if isinstance(part, Mapping) else getattr(part, "text", None)
    return text if isinstance(text, str) else None
