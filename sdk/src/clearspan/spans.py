"""Starts spans of every kind, and gives facts to all spans inside a block."""

from __future__ import annotations

from clearspan.capture import mode, plain
from clearspan.errors import report
from clearspan.fields import FACT_BYTES, without_content
from clearspan.tracer import Scope, Span, here


def span(name: str, /, *, kind: str = "other", **facts: object) -> Span:
    """Starts a span; use it in a `with` block, or call its `end()`.

    Args:
        name: what is done.
        kind: one of `clearspan.KINDS`.
        facts: fields of `Span` by their names; any other name is an attribute.

    Example:
        >>> import clearspan
        >>> with clearspan.span("rank results", kind="reranker", user="ann", candidates=40) as span:
        ...     span.output = ["first", "second"]
    """
    return Span(name, kind, facts)


def llm_span(name: str = "", /, **facts: object) -> Span:
    """Starts the span of a model call, named after its operation and model unless given a name.

    Example:
        >>> import clearspan
        >>> question = [{"role": "user", "content": "Capital of France?"}]
        >>> with clearspan.llm_span(provider="openai", model="gpt-4o", input=question) as span:
        ...     span.output = "Paris"
        ...     span.usage = {"input": 12, "output": 1}
        ...     span.finish_reason = "stop"
    """
    if not name:
        operation, model = (plain(facts.get(fact)).value for fact in ("operation", "model"))
        name = f"{operation or 'chat'} {model or ''}".rstrip()
    return Span(name, "llm", facts)


def tool_span(name: str, /, **facts: object) -> Span:
    """Starts the span of a tool call, named like the tool.

    Example:
        >>> import clearspan
        >>> with clearspan.tool_span("get_weather", arguments={"city": "Paris"}) as span:
        ...     span.result = {"celsius": 18}
    """
    return Span(name, "tool", facts)


def retrieval_span(name: str, /, **facts: object) -> Span:
    """Starts the span of a search; `documents` have `id`, `content`, `score` and `metadata`.

    Example:
        >>> import clearspan
        >>> with clearspan.retrieval_span("kb", query="capital of France", k=5) as span:
        ...     span.documents = [{"id": "doc1", "content": "Paris is …", "score": 0.93}]
    """
    return Span(name, "retriever", facts)


def agent_span(name: str, /, **facts: object) -> Span:
    """Starts the span of an agent, named like the agent.

    Example:
        >>> import clearspan
        >>> with clearspan.agent_span("support", input="Where is my parcel?") as span:
        ...     span.output = "On its way."
    """
    return Span(name, "agent", facts)


def context(**facts: object) -> Scope:
    """Gives facts to every span that starts inside its `with` block; inner blocks add to them.

    Example:
        >>> import clearspan
        >>> with clearspan.context(user="ann", session="s-1", tags=["beta"]):
        ...     with clearspan.span("answer"):
        ...         pass
    """
    place = here()
    former = place.carried
    try:
        given = facts if mode.content else without_content(facts)
        copies = {name: plain(value) for name, value in given.items() if value is not None}
    except Exception as error:  # noqa: BLE001  # the funnel: whatever was passed
        report(error, "copying the facts of a context")
        copies = {}
    carried = former._replace(
        facts={**former.facts, **{name: copy.value for name, copy in copies.items()}},
        size_bytes=former.size_bytes
        + sum(FACT_BYTES + copy.size_bytes for copy in copies.values()),
    )
    return Scope(place.trace_id, place.span_id, carried, is_remote=place.is_remote)
