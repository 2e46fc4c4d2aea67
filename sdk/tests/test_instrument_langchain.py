"""Runs of LangChain are spans under their parent runs, and what they call is inside them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from typing_extensions import override

import clearspan
from clearspan.instrument import langchain
from clearspan.instrument.langchain import Handler
from clearspan.testing import capture_spans
from clearspan.tracer import around
from provider import providing

USAGE: Any = {
    "input_tokens": 12,
    "output_tokens": 3,
    "total_tokens": 15,
    "input_token_details": {"cache_read": 8},
    "output_token_details": {"reasoning": 1},
}
CALL: Any = {"name": "add", "args": {"a": 1, "b": 2}, "id": "call-1", "type": "tool_call"}


class Model(BaseChatModel):
    """A model of nobody, which says what it is given to say."""

    replies: list[AIMessage]
    model_name: str = "oracle-1"
    fails: bool = False
    hangs: bool = False
    url: str = ""  # of a provider that is asked, too

    @property
    @override
    def _llm_type(self) -> str:
        return "oracle"

    @override
    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> Any:
        return {**super()._get_ls_params(stop, **kwargs), "ls_provider": "azure"}

    @override
    def _generate(self, *_: Any, **__: Any) -> Any:
        if self.fails:
            raise LookupError("no oracle")
        if self.url:
            asked = {"model": "gpt-4o", "messages": [{"role": "user", "content": "?"}]}
            httpx.post(f"{self.url}/chat/completions", json=asked)
        return ChatResult(generations=[ChatGeneration(message=self.replies.pop(0))])

    @override
    def _stream(self, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        for piece in ("", "Par", "is"):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        last = AIMessageChunk(
            content="", usage_metadata=USAGE, response_metadata={"finish_reason": "stop"}
        )
        yield ChatGenerationChunk(message=last)

    @override
    async def _agenerate(self, *args: Any, **kwargs: Any) -> Any:
        if self.hangs:
            await asyncio.sleep(60)
        return self._generate(*args, **kwargs)


class Shelf(BaseRetriever):
    """Finds one document."""

    @override
    def _get_relevant_documents(self, *_: Any, **__: Any) -> list[Document]:
        with clearspan.span("search"):
            return [Document("Paris.", id="d1", metadata={"score": 0.9, "page": 4})]


@tool
def add(a: int, b: int) -> int:
    """Adds."""
    with clearspan.span("inside the tool"):
        return a + b


@pytest.fixture(autouse=True)
def instrumented() -> Iterator[None]:
    langchain.instrument()
    yield
    langchain.uninstrument()


def paris() -> AIMessage:
    metadata = {"model_name": "oracle-1-2026", "finish_reason": "stop"}
    return AIMessage("Paris", usage_metadata=USAGE, response_metadata=metadata, id="reply-1")


def parents(spans: list[clearspan.Span]) -> dict[str, str]:
    names = {span.span_id: span.name for span in spans}
    return {span.name: names.get(span.parent_id, "") for span in spans}


def the(spans: list[clearspan.Span], name: str) -> clearspan.Span:
    (found,) = [span for span in spans if span.name == name]
    return found


def test_a_model_call_has_its_messages_usage_and_reply() -> None:
    model = Model(replies=[paris()])

    with capture_spans() as spans:
        model.invoke([HumanMessage("Capital of France?")], temperature=0.5)

    (span,) = spans
    assert (span.name, span.kind, span.provider) == ("chat oracle-1", "llm", "azure.ai.openai")
    assert span.input == [
        {"role": "user", "parts": [{"type": "text", "content": "Capital of France?"}]}
    ]
    assert span.output == [
        {"role": "assistant", "parts": [{"type": "text", "content": "Paris"}]},
    ]
    assert span.usage == {"input": 12, "output": 3, "total": 15, "cache_read": 8, "reasoning": 1}
    assert (span.response_model, span.response_id) == ("oracle-1-2026", "reply-1")
    assert span.finish_reason == "stop"


def test_a_chain_is_a_tree_with_the_programs_own_spans_inside() -> None:
    def shout(message: BaseMessage) -> str:
        with clearspan.span("inside"):
            return str(message.content).upper()

    prompt = ChatPromptTemplate.from_messages([("human", "Capital of {land}?")])
    chain: Runnable[Any, str] = prompt | Model(replies=[paris()]) | RunnableLambda(shout)

    with capture_spans() as spans, clearspan.span("root"):
        said = chain.invoke({"land": "France"}, {"metadata": {"session_id": "s-1"}, "tags": ["x"]})

    assert said == "PARIS"
    assert parents(spans) == {
        "ChatPromptTemplate": "RunnableSequence",
        "chat oracle-1": "RunnableSequence",
        "inside": "shout",
        "shout": "RunnableSequence",
        "RunnableSequence": "root",
        "root": "",
    }
    sequence = the(spans, "RunnableSequence")
    assert (sequence.kind, sequence.session, sequence.tags) == ("chain", "s-1", ["x"])
    assert (sequence.input, sequence.output) == ({"land": "France"}, "PARIS")


def test_a_stream_has_a_first_token_and_its_consumer_is_not_inside() -> None:
    chain: Runnable[Any, Any] = Model(replies=[]) | RunnableLambda(lambda message: message)

    with capture_spans() as spans, clearspan.span("root"):
        for _ in chain.stream("Capital of France?"):
            with clearspan.span("consumer"):
                pass
        for _ in Model(replies=[]).stream("Capital of France?"):
            with clearspan.span("other consumer"):
                pass

    models = [span for span in spans if span.kind == "llm"]
    consumers = {span.parent_id for span in spans if "consumer" in span.name}
    assert [span.streamed for span in models] == [True, True]
    assert [span.usage and span.usage["output"] for span in models] == [3, 3]
    assert consumers == {the(spans, "root").span_id}


def test_an_asynchronous_chain_is_the_same_tree() -> None:
    async def inner(message: BaseMessage) -> str:
        with clearspan.span("inside"):
            await asyncio.sleep(0)
        return str(message.content)

    async def ask() -> None:
        chain: Runnable[Any, str] = Model(replies=[paris(), paris()]) | RunnableLambda(inner)
        with clearspan.span("root"):
            await asyncio.gather(chain.ainvoke("a"), chain.ainvoke("b"))

    with capture_spans() as spans:
        asyncio.run(ask())

    chains = {span.span_id for span in spans if span.name == "RunnableSequence"}
    lambdas = {span.span_id for span in spans if span.name == "inner"}
    assert {span.parent_id for span in spans if span.kind == "llm"} == chains
    assert {span.parent_id for span in spans if span.name == "inside"} == lambdas
    assert len(chains) == 2


def test_a_tool_has_its_arguments_result_and_call_id() -> None:
    with capture_spans() as spans:
        message = add.invoke(CALL)

    inside, span = spans
    assert message.content == "3"
    assert (span.name, span.kind, span.tool_call_id) == ("add", "tool", "call-1")
    assert (span.arguments, span.result) == ({"a": 1, "b": 2}, "3")
    assert inside.parent_id == span.span_id


def test_a_retriever_has_its_query_and_documents() -> None:
    with capture_spans() as spans:
        Shelf().invoke("capital")
        with clearspan.span("after"):
            pass

    search, span, after = spans
    assert (span.name, span.kind, span.query) == ("Shelf", "retriever", "capital")
    assert span.documents == [
        {
            "id": "d1",
            "content": "Paris.",
            "score": 0.9,
            "metadata": {"score": 0.9, "page": 4},
        }
    ]
    assert search.parent_id == span.span_id
    assert after.parent_id == ""


def test_a_graph_is_a_tree_of_its_nodes() -> None:
    model = Model(replies=[AIMessage("", tool_calls=[CALL]), AIMessage("three")])
    graph = StateGraph(MessagesState)
    graph.add_node("agent", lambda state: {"messages": [model.invoke(state["messages"])]})
    graph.add_node("tools", ToolNode([add]))
    graph.add_edge(START, "agent")
    graph.add_conditional_edges(
        "agent", lambda state: "tools" if state["messages"][-1].tool_calls else END
    )
    graph.add_edge("tools", "agent")

    with capture_spans() as spans:
        graph.compile().invoke({"messages": [HumanMessage("1 + 2?")]})

    tree = parents(spans)
    assert (tree["LangGraph"], tree["agent"], tree["tools"]) == ("", "LangGraph", "LangGraph")
    assert (tree["chat oracle-1"], tree["add"]) == ("agent", "tools")
    assert tree["inside the tool"] == "add"
    assert [span.step_index for span in spans if span.kind == "tool"] == [2]


def test_errors_reach_every_span_they_pass() -> None:
    chain: Runnable[Any, Any] = Model(replies=[], fails=True) | RunnableLambda(str)

    with capture_spans() as spans, pytest.raises(LookupError):
        chain.invoke("Capital of France?")

    assert [(span.kind, span.status) for span in spans] == [("llm", "error"), ("chain", "error")]
    assert all(span.failure and span.failure.type == "LookupError" for span in spans)


def test_a_repetition_has_its_number() -> None:
    failures = [LookupError("not yet")]

    def work(text: str) -> str:
        if failures:
            raise failures.pop()
        return text

    chain = RunnableLambda(work).with_retry(wait_exponential_jitter=False)

    with capture_spans() as spans:
        chain.invoke("x")

    first, second, _ = spans
    assert (first.status, first.attempt) == ("error", None)
    assert (second.status, second.attempt, second.tags) == ("ok", 2, None)


def test_a_call_whose_task_is_cancelled_was_cancelled() -> None:
    async def ask() -> None:
        task = asyncio.create_task(Model(replies=[], hangs=True).ainvoke("?"))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with capture_spans() as spans:
        asyncio.run(ask())

    assert [span.status for span in spans] == ["cancelled"]


def test_a_task_that_calls_many_models_keeps_none_of_their_spans() -> None:
    async def ask() -> None:
        model = Model(replies=[paris(), paris(), paris()])
        with clearspan.span("root"):
            for _ in range(3):
                await model.ainvoke("?")
            with clearspan.span("after"):
                pass

    with capture_spans() as spans:
        asyncio.run(ask())

    *models, after, root = spans
    assert {span.parent_id for span in (*models, after)} == {root.span_id}
    assert [around(span) for span in models] == [root] * 3


def test_a_stream_that_is_left_ends_its_spans() -> None:
    async def ask() -> None:
        chain: Runnable[Any, Any] = RunnableLambda(lambda text: text) | Model(replies=[])
        stream = chain.astream("?")
        assert isinstance(stream, AsyncIterator)
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]  # a generator

    with capture_spans() as spans:
        asyncio.run(ask())

    assert {span.name for span in spans} >= {"chat oracle-1", "RunnableSequence"}


def test_a_call_that_the_wire_recorded_below_counts_there() -> None:
    clearspan.instrument("httpx")

    with capture_spans() as spans, providing() as provider:
        Model(replies=[paris()], url=provider.at("ok")).invoke("?")
    clearspan.uninstrument("httpx")

    wire, above = spans
    assert [(span.kind, span.model) for span in spans] == [("llm", "gpt-4o"), ("chain", "oracle-1")]
    assert wire.parent_id == above.span_id
    assert wire.usage
    assert above.usage is None
    assert above.output


def test_one_handler_of_the_programs_own_is_enough() -> None:
    with capture_spans() as both:
        RunnableLambda(str).invoke(1, {"callbacks": [Handler()]})
    langchain.uninstrument()
    with capture_spans() as own:
        RunnableLambda(str).invoke(1, {"callbacks": [Handler()]})
    with capture_spans() as none:
        RunnableLambda(str).invoke(1)

    assert (len(both), len(own), len(none)) == (1, 1, 0)
