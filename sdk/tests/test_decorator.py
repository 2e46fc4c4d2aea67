"""`@trace`: the decorated function behaves as before, and each call is a span."""

import asyncio
import copy
import functools
import inspect
import pickle
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import get_type_hints

import pytest

import clearspan
from clearspan.testing import capture_spans


@clearspan.trace
def add(a: int, b: int = 2, *rest: int, **named: int) -> int:
    """Adds."""
    return a + b + sum(rest) + sum(named.values())


@clearspan.trace
async def add_later(a: int, b: int) -> int:
    await asyncio.sleep(0)
    return a + b


@clearspan.trace
def count(to: int) -> Generator[int, str, str]:
    for number in range(to):
        word = yield number
        if word == "stop":
            break
    return "counted"


@clearspan.trace
async def stream(words: list[str]) -> AsyncIterator[str]:
    for word in words:
        await asyncio.sleep(0)
        yield word


def test_a_call_is_a_span_with_arguments_and_result() -> None:
    with capture_spans() as spans:
        assert add(1, 2, 3, c=4) == 10

    assert spans[0].name == "add"
    assert spans[0].kind == "chain"
    assert spans[0].input == {"a": 1, "b": 2, "*": [3], "c": 4}
    assert spans[0].output == 10


def test_the_kind_of_a_function_stays() -> None:
    assert inspect.iscoroutinefunction(add_later)
    assert inspect.isgeneratorfunction(count)
    assert inspect.isasyncgenfunction(stream)
    assert add.__doc__ == "Adds."
    assert str(inspect.signature(add)).startswith("(a: int, b: int = 2")


def test_traced_functions_of_every_kind_are_functions_to_those_who_ask() -> None:
    class Agent:
        @clearspan.trace
        async def answer(self, question: str) -> str:
            return question

    for function in (add, add_later, count, stream):
        assert inspect.isfunction(function)
        assert get_type_hints(function)["return"]
        assert pickle.loads(pickle.dumps(function)) is function  # noqa: S301  # our own
        assert copy.deepcopy(function) is function
    assert inspect.iscoroutinefunction(Agent().answer)
    assert inspect.iscoroutinefunction(functools.partial(add_later, 1))
    assert inspect.ismethod(Agent().answer)
    assert asyncio.run(Agent().answer("why")) == "why"
    assert list(inspect.signature(Agent().answer).parameters) == ["question"]


@pytest.mark.parametrize("function", [add, add_later, count, stream])
def test_wrong_arguments_are_refused_by_the_call_itself(function: Callable[..., object]) -> None:
    with pytest.raises(TypeError, match=r"missing \d required positional argument"):
        function()
    with pytest.raises(TypeError, match=r"missing|unexpected keyword argument 'nonsense'"):
        function(nonsense=1)


def test_a_class_stays_a_class_and_is_warned_about_once(caplog: pytest.LogCaptureFixture) -> None:
    class Agent:
        pass

    assert clearspan.trace(Agent) is Agent
    assert clearspan.trace(kind="agent")(Agent) is Agent
    assert sum("a class cannot be traced" in message for message in caplog.messages) == 1


def test_a_long_stream_is_whole_and_an_endless_one_is_cut() -> None:
    @clearspan.trace
    def repeat(text: str, times: int) -> Iterator[str]:
        for _ in range(times):
            yield text

    with capture_spans() as spans:
        for _ in repeat("word ", 5_000):
            pass
        for _ in repeat("x" * 100_000, 100):
            pass

    assert spans[0].output == "word " * 5_000
    assert spans[0].truncated is None
    assert spans[1].output == "x" * 65_536
    assert spans[1].truncated is not None


def test_what_a_stream_yielded_is_recorded_as_it_was_then() -> None:
    @clearspan.trace
    def grow() -> Iterator[list[int]]:
        numbers: list[int] = []
        for number in range(3):
            numbers.append(number)
            yield numbers

    with capture_spans() as spans:
        for _ in grow():
            pass

    assert spans[0].output == [[0], [0, 1], [0, 1, 2]]


def test_a_coroutine_is_a_span() -> None:
    with capture_spans() as spans:
        assert asyncio.run(add_later(1, b=2)) == 3

    assert (spans[0].input, spans[0].output) == ({"a": 1, "b": 2}, 3)


def test_a_generator_takes_what_is_sent_and_keeps_its_return_value() -> None:
    with capture_spans() as spans:
        numbers = count(5)
        assert next(numbers) == 0
        assert spans == []
        with pytest.raises(StopIteration, match="counted"):
            numbers.send("stop")

    assert (spans[0].status, spans[0].output) == ("ok", [0])


def test_a_generator_that_is_closed_early_is_cancelled() -> None:
    with capture_spans() as spans:
        for number in count(5):
            if number == 1:
                break

    assert (spans[0].status, spans[0].output) == ("cancelled", [0, 1])


def test_an_exception_thrown_into_a_generator_reaches_it() -> None:
    @clearspan.trace
    def patient() -> Iterator[str]:
        try:
            yield "waiting"
        except ValueError:
            yield "caught"

    with capture_spans() as spans:
        generator = patient()
        next(generator)
        assert generator.throw(ValueError("late")) == "caught"  # type: ignore[attr-defined]  # it is a generator
        assert list(generator) == []

    assert (spans[0].status, spans[0].output) == ("ok", "waitingcaught")


def test_an_error_in_a_generator_is_an_error_of_its_span() -> None:
    @clearspan.trace
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    with capture_spans() as spans, pytest.raises(ValueError, match="no more"):
        list(broken())

    assert spans[0].status == "error"
    assert spans[0].failure is not None
    assert spans[0].failure.message == "no more"
    assert spans[0].output == [1]


def test_an_async_generator_of_texts_is_recorded_as_the_whole_text() -> None:
    async def main() -> list[str]:
        return [word async for word in stream(["Hel", "lo"])]

    with capture_spans() as spans:
        assert asyncio.run(main()) == ["Hel", "lo"]

    assert (spans[0].status, spans[0].output) == ("ok", "Hello")


def test_an_async_generator_that_is_left_early_is_cancelled() -> None:
    async def main() -> None:
        words = stream(["a", "b", "c"])
        async for _ in words:
            break
        await words.aclose()  # type: ignore[attr-defined]  # it is an async generator

    with capture_spans() as spans:
        asyncio.run(main())

    assert (spans[0].status, spans[0].output) == ("cancelled", "a")


def test_a_cancelled_task_is_a_cancelled_span() -> None:
    @clearspan.trace
    async def wait_for_ever() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        task = asyncio.create_task(wait_for_ever())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with capture_spans() as spans:
        asyncio.run(main())

    assert spans[0].status == "cancelled"


def test_wrong_arguments_raise_what_they_always_raised() -> None:
    with capture_spans() as spans, pytest.raises(TypeError, match="missing 1 required"):
        add()  # type: ignore[call-arg]  # the mistake under test

    assert spans[0].status == "error"


def test_methods_are_named_after_their_class_and_do_not_record_self() -> None:
    class Agent:
        @clearspan.trace
        def answer(self, question: str) -> str:
            return question.upper()

        @clearspan.trace
        @classmethod
        def make(cls, size: int) -> int:
            return size

        @staticmethod
        @clearspan.trace
        def plan(goal: str) -> str:
            return goal

    with capture_spans() as spans:
        Agent().answer("why")
        Agent.make(3)
        Agent.plan("rest")

    assert [span.name for span in spans] == ["Agent.answer", "Agent.make", "Agent.plan"]
    assert [span.input for span in spans] == [{"question": "why"}, {"size": 3}, {"goal": "rest"}]


def test_options_name_the_span_set_its_kind_and_add_facts() -> None:
    @clearspan.trace(name="get_weather", kind="tool", feature="chat")
    def weather(city: str) -> str:
        return f"18 °C in {city}"

    with capture_spans() as spans:
        weather("Paris")

    assert (spans[0].name, spans[0].kind, spans[0].feature) == ("get_weather", "tool", "chat")
    assert (spans[0].arguments, spans[0].result) == ({"city": "Paris"}, "18 °C in Paris")


def test_capture_can_be_switched_off() -> None:
    @clearspan.trace(capture=False)
    def login(password: str) -> str:
        return password

    with capture_spans() as spans:
        login("secret")

    assert spans[0].fields == {}


def test_what_the_function_sets_itself_is_kept() -> None:
    @clearspan.trace
    def answer() -> object:
        span = clearspan.current_span()
        assert span is not None
        span.output = "short"
        return object()

    with capture_spans() as spans:
        answer()

    assert spans[0].output == "short"


def test_a_partial_function_can_be_traced() -> None:
    traced = clearspan.trace(functools.partial(int, base=2))

    with capture_spans() as spans:
        assert traced("101") == 5

    assert spans[0].name == "partial"
