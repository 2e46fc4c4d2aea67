"""`@tool`, `@agent`, `@retriever`: spans of a kind, attempts, documents."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

import clearspan
from clearspan.testing import capture_spans


class Broken(Exception):
    """What the tools below raise."""


class Toolbox:
    """A tool that fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures

    @clearspan.tool
    def weather(self, city: str) -> str:
        if self.failures:
            self.failures -= 1
            raise Broken(city)
        return "sun"


def call(toolbox: Toolbox, city: str = "Paris") -> None:
    with suppress(Broken):
        toolbox.weather(city)


@clearspan.agent(name="support", feature="help")
async def answer(question: str) -> str:
    await asyncio.sleep(0)
    return question.upper()


@dataclass
class Document:
    """As LangChain has them."""

    page_content: str
    metadata: dict[str, object] = field(default_factory=dict)
    id: str | None = None


@dataclass
class Hit:
    """As LlamaIndex has them."""

    node: Document
    score: float


def test_a_tool_has_its_own_name_and_kind() -> None:
    with capture_spans() as spans:
        Toolbox().weather("Paris")

    assert (spans[0].name, spans[0].kind) == ("weather", "tool")
    assert spans[0].arguments == {"city": "Paris"}
    assert spans[0].result == "sun"


def test_an_agent_has_the_name_it_was_given() -> None:
    with capture_spans() as spans:
        assert asyncio.run(answer("why")) == "WHY"

    assert (spans[0].name, spans[0].kind) == ("support", "agent")
    assert spans[0].feature == "help"


def test_calls_that_repeat_a_failed_one_are_its_attempts() -> None:
    toolbox = Toolbox(failures=2)

    with capture_spans() as spans, clearspan.span("root"):
        for _ in range(4):
            call(toolbox)

    first, second, third, fourth, _ = spans
    assert (first.attempt, first.retry_of) == (None, None)
    assert (second.attempt, second.retry_of) == (2, first.span_id)
    assert (third.attempt, third.retry_of, third.status) == (3, first.span_id, "ok")
    assert (fourth.attempt, fourth.retry_of) == (None, None)


def test_other_arguments_or_another_parent_are_no_attempt() -> None:
    with capture_spans() as spans:
        with clearspan.span("one"):
            call(Toolbox(failures=1))
            call(Toolbox(), "Rome")
        with clearspan.span("two"):
            call(Toolbox())
        call(Toolbox(failures=1))
        call(Toolbox())

    assert [span.attempt for span in spans] == [None] * len(spans)


def test_attempts_are_told_without_content() -> None:
    @clearspan.tool(capture=False)
    async def pay(amount: int) -> None:
        raise Broken(amount)

    async def main() -> None:
        with clearspan.span("root"):
            for _ in range(2):
                with suppress(Broken):
                    await pay(3)

    with capture_spans() as spans:
        asyncio.run(main())

    assert [span.attempt for span in spans] == [None, 2, None]
    assert spans[0].arguments is None


@pytest.mark.parametrize(
    ("result", "documents"),
    [
        (["a", "b"], [{"content": "a"}, {"content": "b"}]),
        (
            [{"id": 1, "text": "a", "score": 0.5, "metadata": {"page": 2}, "source": "kb"}],
            [{"id": 1, "content": "a", "score": 0.5, "metadata": {"source": "kb", "page": 2}}],
        ),
        (
            [Document("a", {"page": 2}, "d1")],
            [{"id": "d1", "content": "a", "metadata": {"page": 2}}],
        ),
        ([(Document("a"), 0.9)], [{"id": None, "content": "a", "score": 0.9}]),
        ([Hit(Document("a"), 0.9)], [{"id": None, "content": "a", "score": 0.9}]),
        ({"matches": [{"id": "m", "content": "a"}]}, [{"id": "m", "content": "a"}]),
        ([], []),
    ],
)
def test_what_looks_like_documents_becomes_documents(
    result: object, documents: list[dict[str, object]]
) -> None:
    @clearspan.retriever
    def search(query: str, k: int, *, language: str = "en") -> Any:  # noqa: ARG001  # recorded
        return result

    with capture_spans() as spans:
        assert search("capital", 3, language="fr") is result

    span = spans[0]
    assert (span.kind, span.query, span.k) == ("retriever", "capital", 3)
    assert span.documents == documents
    assert span.output is None
    assert span.input == {"language": "fr"}


@pytest.mark.parametrize("result", ["a text", 3, {"count": 3}, [{"count": 3}], [["a", "b"]]])
def test_what_does_not_look_like_documents_stays_the_output(result: object) -> None:
    @clearspan.retriever
    def search(question: str) -> object:  # noqa: ARG001  # recorded
        return result

    with capture_spans() as spans:
        search("capital")

    assert spans[0].documents is None
    assert spans[0].output == result
    assert spans[0].input == {"question": "capital"}


def test_documents_that_come_one_by_one_stay_apart() -> None:
    @clearspan.retriever
    def search(query: str) -> Iterator[str]:  # noqa: ARG001  # recorded
        yield "a"
        yield "b"

    with capture_spans() as spans:
        assert list(search("capital")) == ["a", "b"]

    assert spans[0].documents == [{"content": "a"}, {"content": "b"}]


def test_documents_that_were_cut_say_so() -> None:
    @clearspan.retriever
    def search(query: str) -> list[str]:  # noqa: ARG001  # recorded
        return ["x" * 70_000]

    with capture_spans() as spans:
        search("capital")

    assert spans[0].truncated == {"documents": 70_000}
