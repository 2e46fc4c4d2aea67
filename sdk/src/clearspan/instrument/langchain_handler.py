"""The callback handler for LangChain: each run is a span, under the span of its parent run."""

# `override` is of Python 3.12.
# mypy: disable-error-code="explicit-override"

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from typing import Any
from uuid import UUID

from langchain_core.callbacks.base import BaseCallbackHandler

from clearspan.errors import report
from clearspan.instrument.call import ModelSpan
from clearspan.instrument.langchain_context import follow_context
from clearspan.instrument.langchain_values import (
    document,
    model_facts,
    reply_facts,
    run_facts,
    shown,
    written,
)
from clearspan.tracer import Span, around, here, leave, switch

MAX_RUNS = 10_000  # that may be open; the oldest ends as cancelled
HIDDEN = "langsmith:hidden"  # what LangGraph marks its own plumbing with
# Of LangGraph: it stops at an interrupt and for another node by an exception.
ORDERLY = frozenset({"GraphBubbleUp"})


def _harmless(callback: Callable[..., None]) -> Callable[..., None]:
    @wraps(callback)
    def guarded(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # LangChain's
        try:
            callback(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  # the funnel: another version of the library
            report(error, f"recording {callback.__name__} of LangChain")

    return guarded


class Handler(BaseCallbackHandler):
    """Records runs as spans; to be passed among the callbacks of a run, or of everything.

    Example:
        >>> from clearspan.instrument.langchain import Handler
        >>> from langchain_core.runnables import RunnableLambda
        >>> chain = RunnableLambda(lambda question: question.upper())
        >>> chain.invoke("hello", config={"callbacks": [Handler()]})
        'HELLO'
    """

    run_inline = True  # in the context of the run, also where that is asynchronous

    def __init__(self) -> None:
        self._spans: OrderedDict[UUID, Span] = OrderedDict()
        self._forget: OrderedDict[UUID, Callable[[], object]] = OrderedDict()
        self._hidden: OrderedDict[UUID, UUID | None] = OrderedDict()  # to the parent's run
        follow_context()

    def clearspan_span(self, run_id: UUID | None) -> Span | None:
        """The open span of a run, or of the nearest run above it that is not hidden."""
        while run_id is not None and run_id in self._hidden:
            run_id = self._hidden[run_id]
        return self._spans.get(run_id) if run_id is not None else None

    # --- chains, tools, retrievers

    @_harmless
    def on_chain_start(self, serialized: Any, inputs: Any, **run: Any) -> None:  # noqa: ANN401  # LangChain's
        if HIDDEN in (run.get("tags") or ()):
            self._hidden[run["run_id"]] = run.get("parent_run_id")
            _bound(self._hidden)
            return
        name = _name(serialized, run)
        is_agent = (run.get("metadata") or {}).get("lc_agent_name") == name
        self._start(run, name, "agent" if is_agent else "chain", {"input": shown(inputs)})

    @_harmless
    def on_chain_end(self, outputs: Any, *, run_id: UUID, **more: Any) -> None:  # noqa: ANN401  # LangChain's
        streamed = more.get("inputs")  # what it was given bit by bit, after it had started
        facts = {"output": shown(outputs)}
        self._end(run_id, facts | ({} if streamed is None else {"input": shown(streamed)}))

    @_harmless
    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:  # noqa: ANN401  # LangChain's
        self._fail(run_id, error)

    @_harmless
    def on_tool_start(self, serialized: Any, input_str: str, **run: Any) -> None:  # noqa: ANN401  # LangChain's
        inputs = run.get("inputs")
        facts = {
            "arguments": shown(input_str if inputs is None else inputs),
            "tool_call_id": run.get("tool_call_id"),
        }
        self._start(run, _name(serialized, run), "tool", facts)

    @_harmless
    def on_tool_end(self, output: Any, *, run_id: UUID, **_: Any) -> None:  # noqa: ANN401  # LangChain's
        span = self._spans.get(run_id)
        if span is not None and getattr(output, "status", "") == "error":
            span.error("ToolError", str(output.content))
        call_id = getattr(output, "tool_call_id", None)
        facts = {"result": shown(output) if call_id is None else shown(output.content)}
        self._end(run_id, facts | ({"tool_call_id": call_id} if call_id else {}))

    @_harmless
    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:  # noqa: ANN401  # LangChain's
        self._fail(run_id, error)

    @_harmless
    def on_retriever_start(self, serialized: Any, query: str, **run: Any) -> None:  # noqa: ANN401  # LangChain's
        _enter(self._start(run, _name(serialized, run), "retriever", {"query": query}))

    @_harmless
    def on_retriever_end(self, documents: Sequence[Any], *, run_id: UUID, **_: Any) -> None:  # noqa: ANN401  # LangChain's
        self._end(run_id, {"documents": [document(found) for found in documents]})

    @_harmless
    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:  # noqa: ANN401  # LangChain's
        self._fail(run_id, error)

    # --- models

    @_harmless
    def on_chat_model_start(
        self,
        serialized: Any,  # noqa: ANN401  # LangChain's
        messages: list[list[Any]],
        **run: Any,  # noqa: ANN401  # LangChain's
    ) -> None:
        said = [written(message) for one in messages for message in one]
        self._start_model(serialized, run, "chat", said)

    @_harmless
    def on_llm_start(self, serialized: Any, prompts: list[str], **run: Any) -> None:  # noqa: ANN401  # LangChain's
        self._start_model(serialized, run, "text_completion", list(prompts))

    @_harmless
    def on_llm_new_token(
        self,
        token: object,
        *,
        run_id: UUID,
        chunk: Any = None,  # noqa: ANN401  # LangChain's
        **_: Any,  # noqa: ANN401  # LangChain's
    ) -> None:
        span = self._spans.get(run_id)
        if span is None:
            return
        # Sent by now; and a stream gives its parts to code that is not inside the model.
        if not span.was_left and span.token is not None:
            leave(span)
        message = getattr(chunk, "message", None)
        if token or getattr(message, "tool_call_chunks", None):
            span.first_token()

    @_harmless
    def on_llm_end(self, response: Any, *, run_id: UUID, **_: Any) -> None:  # noqa: ANN401  # LangChain's
        span = self._spans.get(run_id)
        facts = reply_facts(response)
        if isinstance(span, ModelSpan) and span.is_sent:
            span.kind = "chain"
            facts.pop("usage", None)
        self._end(run_id, facts)

    @_harmless
    def on_llm_error(self, error: BaseException, *, run_id: UUID, **more: Any) -> None:  # noqa: ANN401  # LangChain's
        span = self._spans.get(run_id)
        if isinstance(span, ModelSpan) and span.is_sent:
            span.kind = "chain"
        elif span is not None and more.get("response") is not None:
            span.set(reply_facts(more["response"]))  # as much of a stream as there was
        self._fail(run_id, error)

    # --- what they share

    def _start_model(
        self, serialized: object, run: Mapping[str, Any], operation: str, said: list[Any]
    ) -> None:
        facts = {"operation": operation, "input": said, **model_facts(run)}
        name = f"{operation} {facts.get('model') or _name(serialized, run)}"
        span = self._start(run, name, "llm", facts)
        _enter(span)
        forget = _cancel_with_task(span, partial(self._end, run["run_id"], {}))
        if forget is not None:
            self._forget[run["run_id"]] = forget
            _bound(self._forget)

    def _start(
        self, run: Mapping[str, Any], name: str, kind: str, facts: dict[str, object]
    ) -> Span:
        facts = {**facts, **run_facts(run)}
        known = {name: fact for name, fact in facts.items() if fact is not None}
        parent = self.clearspan_span(run.get("parent_run_id"))
        outside = here()
        if parent is not None and not _is_inside(parent):
            switch(parent)
        try:
            span = ModelSpan(name, known) if kind == "llm" else Span(name, kind, known)
        finally:
            if parent is not None:
                switch(outside)
        self._spans[run["run_id"]] = span
        _bound(self._spans)
        return span

    def _end(self, run_id: UUID, facts: Mapping[str, object]) -> None:
        self._hidden.pop(run_id, None)
        self._forget.pop(run_id, bool)()
        span = self._spans.pop(run_id, None)
        if span is None:
            return
        if span.token is not None and not span.was_left:
            leave(span)
        span.set({name: fact for name, fact in facts.items() if fact is not None})
        span.end()

    def _fail(self, run_id: UUID, error: BaseException) -> None:
        span = self._spans.get(run_id)
        if span is not None and ORDERLY.isdisjoint(one.__name__ for one in type(error).__mro__):
            span.close_with(error)
        self._end(run_id, {})


def _name(serialized: Any, run: Mapping[str, Any]) -> str:  # noqa: ANN401  # LangChain's
    given = serialized if isinstance(serialized, dict) else {}
    path = given.get("id")
    last = path[-1] if isinstance(path, list) and path else ""
    return str(run.get("name") or given.get("name") or last or "run")


def _is_inside(parent: Span) -> bool:
    """Whether a block of the program, itself inside the parent run, is open here."""
    place: object = here()
    while place is not None:
        if place is parent:
            return True
        place = around(place)  # type: ignore[arg-type]  # a place, as it is not None
    return False


def _enter(span: Span) -> None:
    """Makes ``span`` current, around what is still open.

    The end of an asynchronous run comes in a context of its own, and can only mark the place as
    left: a task that calls many models would keep all their spans.
    """
    place = switch(None)
    while place is not None and place.was_left:
        place = around(place)
    switch(place)
    span.__enter__()


def _bound(runs: OrderedDict[UUID, Any]) -> None:
    while len(runs) > MAX_RUNS:
        runs.popitem(last=False)


def _cancel_with_task(span: Span, end: Callable[[], None]) -> Callable[[], object] | None:
    """LangChain says nothing of a model call whose task is cancelled while it waits for the model.

    Returns:
        What lets the task forget the span; None outside of any task.
    """
    asyncio = sys.modules.get("asyncio")
    try:
        task = asyncio.current_task() if asyncio is not None else None
    except RuntimeError:  # no loop is running
        return None
    if task is None:
        return None

    def done(task: Any) -> None:  # noqa: ANN401  # asyncio's
        if task.cancelled() and not span.ended:
            span.cancel()
            end()

    task.add_done_callback(done)
    return partial(task.remove_done_callback, done)
