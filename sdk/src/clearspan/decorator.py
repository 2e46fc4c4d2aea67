"""The `trace` decorator: functions, coroutines, generators and asynchronous generators."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast, overload

from clearspan.capture import MAX_ITEMS, mode
from clearspan.errors import report
from clearspan.tracer import Scope, Span, switch

P = ParamSpec("P")
R = TypeVar("R")
Y = TypeVar("Y")
S = TypeVar("S")

Arguments = tuple[tuple[object, ...], Mapping[str, object]]


@overload
def trace(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def trace(
    *, name: str | None = None, kind: str = "chain", capture: bool = True, **facts: object
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def trace(
    function: Callable[..., object] | None = None,
    /,
    *,
    name: str | None = None,
    kind: str = "chain",
    capture: bool = True,
    **facts: object,
) -> object:
    """Records every call of a function as a span: arguments, result, duration, error with stack.

    The function keeps its kind: a coroutine function, generator function or asynchronous generator
    function stays one. The span of a generator lasts until it is exhausted or closed, and is
    current only while the generator's own code runs.

    Args:
        function: what is decorated, when used without parentheses.
        name: of the span; else the function's.
        kind: one of `clearspan.KINDS`; arguments and result of a tool are recorded as such.
        capture: whether arguments and results are recorded.
        facts: given to each span, as to `clearspan.span`.

    Example:
        >>> import clearspan
        >>> @clearspan.trace
        ... def add(a: int, b: int) -> int:
        ...     return a + b
        >>> add(2, b=3)
        5
    """

    def decorate(target: Callable[..., object]) -> Callable[..., object]:
        if isinstance(target, (staticmethod, classmethod)):
            return type(target)(decorate(target.__func__))
        call = _Call(name or _name(target), kind, facts, _parameters(target), capture)
        wrap = next(wrap for applies, wrap in WRAPPERS if applies(target))
        return functools.wraps(target)(wrap(target, call))

    return decorate if function is None else decorate(function)


@dataclass(slots=True, frozen=True)
class _Call:
    """What the calls of one decorated function have in common."""

    name: str
    kind: str
    facts: Mapping[str, object]
    parameters: tuple[str, ...]  # names of positional parameters; the last may be "*args"
    captures: bool

    def start(self, arguments: Arguments) -> Span:
        span = Span(self.name, self.kind, dict(self.facts))
        if self.captures and mode.content:
            span.set({"arguments" if self.kind == "tool" else "input": self._named(*arguments)})
        return span

    def give(self, span: Span, result: object) -> None:
        """Records ``result`` unless the function has set one itself."""
        key = "result" if self.kind == "tool" else "output"
        if self.captures and mode.content and key not in span.fields and result is not None:
            span.set({key: result})

    def _named(self, values: Sequence[object], by_name: Mapping[str, object]) -> object:
        named = dict(zip(self.parameters, values, strict=False))
        named.pop("self", None)
        named.pop("cls", None)
        rest = values[len(self.parameters) :]
        return {**named, **({"*": rest} if rest else {}), **by_name}


def _name(target: Callable[..., object]) -> str:
    qualified: str = getattr(target, "__qualname__", type(target).__qualname__)
    return qualified.rpartition("<locals>.")[2]


def _parameters(target: Callable[..., object]) -> tuple[str, ...]:
    """Names of the parameters that can be given by position."""
    try:
        given = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):  # a built-in function may have none
        return ()
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(parameter.name for parameter in given if parameter.kind in positional)


def _function(target: Callable[P, R], call: _Call) -> Callable[P, R]:
    def traced(*args: P.args, **kwargs: P.kwargs) -> R:
        with call.start((args, kwargs)) as span:
            result = target(*args, **kwargs)
            call.give(span, result)
            return result

    return traced


def _coroutine(target: Callable[P, Awaitable[R]], call: _Call) -> Callable[P, Awaitable[R]]:
    async def traced(*args: P.args, **kwargs: P.kwargs) -> R:
        with call.start((args, kwargs)) as span:
            result = await target(*args, **kwargs)
            call.give(span, result)
            return result

    return traced


class _Stream:
    """The span of a generator: current while the generator runs, not between its steps."""

    __slots__ = ("_call", "_inside", "_items", "_outside", "_span")

    def __init__(self, call: _Call, arguments: Arguments) -> None:
        self._call = call
        self._span = call.start(arguments)
        self._items: list[object] = []
        # The generator's own place: a block of its own may be open when it yields.
        self._inside: Scope | Span | None = self._span
        self._outside: Scope | Span | None = None

    def __enter__(self) -> None:
        self._outside = switch(self._inside)

    def __exit__(self, *exc_info: object) -> None:
        self._inside = switch(self._outside)
        self._outside = None

    def took(self, item: object) -> None:
        """Notes an item on its way to the consumer."""
        if len(self._items) <= MAX_ITEMS:  # one more than is kept, so that the cut is noticed
            self._items.append(item)

    def end(self, error: BaseException | None) -> None:
        """Ends the span with what was taken out of the generator; called once."""
        try:
            if error is not None:
                self._span.close_with(error)
            is_text = all(type(item) is str for item in self._items)
            texts = cast("list[str]", self._items)
            self._call.give(self._span, "".join(texts) if is_text else self._items)
        except Exception as internal:  # noqa: BLE001  # the funnel
            report(internal, "ending the span of a generator")
        self._span.end()


def _generator(
    target: Callable[P, Generator[Y, S, R]], call: _Call
) -> Callable[P, Generator[Y, S, R]]:
    def traced(*args: P.args, **kwargs: P.kwargs) -> Generator[Y, S, R]:
        stream = _Stream(call, (args, kwargs))
        try:
            generator = target(*args, **kwargs)
            step: Callable[[Any], Any] = generator.send
            given: object = None
            while True:
                with stream:
                    item = step(given)
                stream.took(item)
                try:
                    step, given = generator.send, (yield item)
                except GeneratorExit:
                    with stream:
                        generator.close()
                    raise
                except BaseException as thrown:  # noqa: BLE001  # it belongs to the generator
                    step, given = generator.throw, thrown
        except StopIteration as stop:
            stream.end(None)
            return cast("R", stop.value)
        except BaseException as error:
            stream.end(error)
            raise

    return traced


def _async_generator(
    target: Callable[P, AsyncGenerator[Y, S]], call: _Call
) -> Callable[P, AsyncGenerator[Y, S]]:
    async def traced(*args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[Y, S]:
        stream = _Stream(call, (args, kwargs))
        try:
            generator = target(*args, **kwargs)
            step: Callable[[Any], Awaitable[Any]] = generator.asend
            given: object = None
            while True:
                with stream:
                    item = await step(given)
                stream.took(item)
                try:
                    step, given = generator.asend, (yield item)
                except GeneratorExit:
                    with stream:
                        await generator.aclose()
                    raise
                except BaseException as thrown:  # noqa: BLE001  # it belongs to the generator
                    step, given = generator.athrow, thrown
        except StopAsyncIteration:
            stream.end(None)
        except BaseException as error:
            stream.end(error)
            raise

    return traced


WRAPPERS: tuple[tuple[Callable[[object], bool], Callable[[Any, _Call], Any]], ...] = (
    (inspect.isasyncgenfunction, _async_generator),
    (inspect.iscoroutinefunction, _coroutine),
    (inspect.isgeneratorfunction, _generator),
    (callable, _function),
)
