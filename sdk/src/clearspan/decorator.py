"""The decorators: of functions, coroutines, generators and asynchronous generators."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast, overload

from clearspan.attempts import Attempt
from clearspan.capture import NODE_BYTES, mode, plain
from clearspan.documents import documents
from clearspan.errors import report, warn_once
from clearspan.tracer import Scope, Span, switch

P = ParamSpec("P")
R = TypeVar("R")
Y = TypeVar("Y")
S = TypeVar("S")

MAX_STREAM_BYTES = 4_000_000  # of what a generator yields, about

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
    current only while the generator's own code runs. A class stays as it is, with a warning.

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
        if isinstance(target, type):
            warn_once("class", f"a class cannot be traced, but its methods can: {_name(target)}")
            return target
        # A tool has the name by which a model calls it: without the class that it is in.
        own = _name(target).rpartition(".")[2] if kind == "tool" else _name(target)
        call = _Call(name or own, kind, facts, _parameters(target), capture)
        if run := _later(target):
            return _Later(target, call, run)
        return functools.wraps(target)(_function(target, call))

    return decorate if function is None else decorate(function)


class _Call(NamedTuple):
    """What the calls of one decorated function have in common."""

    name: str
    kind: str
    facts: Mapping[str, object]
    parameters: tuple[str, ...]  # names of positional parameters; the last may be "*args"
    captures: bool

    @property
    def result(self) -> str:
        """The field for what a call gives back."""
        return "result" if self.kind == "tool" else "output"

    def start(self, arguments: Arguments) -> Span:
        captures = self.captures and mode.content
        if self.kind == "tool":
            call = Attempt(self.name, dict(self.facts))
            named = self._named(*arguments)
            if captures:
                call.set({"arguments": named})
            call.compare(call.fields["arguments"] if captures else plain(named).value)
            return call
        span = Span(self.name, self.kind, dict(self.facts))
        if captures:
            span.set(self._asked(self._named(*arguments)))
        return span

    def give(self, span: Span, result: object) -> None:
        """Records ``result`` unless the function has set one itself."""
        key = self.result
        try:
            if not self.captures or not mode.content or key in span.fields or result is None:
                return
            span.set({key: result})
            if self.kind == "retriever" and "documents" not in span.fields:
                _show_documents(span)
        except Exception as error:  # noqa: BLE001  # the funnel: the program has replaced a slot
            report(error, "recording a result")

    def _asked(self, named: dict[str, object]) -> dict[str, object]:
        if self.kind != "retriever" or type(named.get("query")) is not str:
            return {"input": named}
        facts = {"query": named.pop("query")}
        limit = next((key for key in ("k", "top_k") if type(named.get(key)) is int), None)
        if limit:
            facts["k"] = named.pop(limit)
        return {**facts, "input": named} if named else facts

    def _named(self, values: Sequence[object], by_name: Mapping[str, object]) -> dict[str, object]:
        named: dict[str, object] = dict(zip(self.parameters, values, strict=False))
        named.pop("self", None)
        named.pop("cls", None)
        rest = values[len(self.parameters) :]
        return {**named, **({"*": rest} if rest else {}), **by_name}


def _show_documents(span: Span) -> None:
    """Moves the output to where documents belong, if it looks like some."""
    found = documents(span.fields["output"])
    if found is None:
        return
    del span.fields["output"]
    span.fields["documents"] = found
    for sizes in (span.large, span.truncated):
        if sizes and "output" in sizes:
            sizes["documents"] = sizes.pop("output")


def _name(target: Callable[..., object]) -> str:
    qualified: str = getattr(target, "__qualname__", type(target).__qualname__)
    return qualified.rpartition("<locals>.")[2]


def _parameters(target: Callable[..., object]) -> tuple[str, ...]:
    """Names of the parameters that can be given by position."""
    import inspect  # noqa: PLC0415  # slow (10 ms), and only for functions that are traced

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


async def _coroutine(running: Awaitable[R], call: _Call, arguments: Arguments) -> R:
    with call.start(arguments) as span:
        result = await running
        call.give(span, result)
        return result


class _Stream:
    """The span of a generator: current while the generator runs, not between its steps."""

    __slots__ = ("_call", "_inside", "_items", "_outside", "_room_bytes", "_span")

    def __init__(self, call: _Call, arguments: Arguments) -> None:
        self._call = call
        self._span = call.start(arguments)
        self._items: list[object] = []
        self._room_bytes = MAX_STREAM_BYTES
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
        if not self._call.captures or not mode.content:
            return
        if self._room_bytes <= 0:
            self._span.truncated = {**(self._span.truncated or {}), self._call.result: 0}
            return
        copy = plain(item)
        self._items.append(copy.value)
        self._room_bytes -= copy.size_bytes + NODE_BYTES

    def end(self, error: BaseException | None) -> None:
        """Ends the span with what was taken out of the generator; called once."""
        try:
            if error is not None:
                self._span.close_with(error)
            is_text = all(type(item) is str for item in self._items)
            is_text = is_text and self._call.kind != "retriever"
            texts = cast("list[str]", self._items)
            self._call.give(self._span, "".join(texts) if is_text else self._items)
        except Exception as internal:  # noqa: BLE001  # the funnel
            report(internal, "ending the span of a generator")
        self._span.end()


def _generator(
    generator: Generator[Y, S, R], call: _Call, arguments: Arguments
) -> Generator[Y, S, R]:
    stream = _Stream(call, arguments)
    try:
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


async def _async_generator(
    generator: AsyncGenerator[Y, S], call: _Call, arguments: Arguments
) -> AsyncGenerator[Y, S]:
    stream = _Stream(call, arguments)
    try:
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


class _Later:
    """A traced function whose body runs after the call: of a coroutine or a generator.

    The call itself is the original's, so that wrong arguments are refused at once. Everybody who
    asks is told about the original function: `inspect`, and libraries that look at its code to
    decide how to call it.
    """

    __slots__ = ("__dict__", "__weakref__", "_call", "_run", "_target")

    def __init__(
        self, target: Callable[..., Any], call: _Call, run: Callable[[Any, _Call, Arguments], Any]
    ) -> None:
        self._target = target
        self._call = call
        self._run = run
        functools.update_wrapper(self, target)

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        return self._run(self._target(*args, **kwargs), self._call, (args, kwargs))

    def __get__(self, instance: object, owner: type | None = None) -> object:
        return self if instance is None else MethodType(self, instance)

    def __getattr__(self, name: str) -> object:
        return getattr(object.__getattribute__(self, "_target"), name)

    @property  # type: ignore[misc]  # isinstance asks for it, nothing sets it
    def __class__(self) -> type:  # type: ignore[explicit-override]  # override is of Python 3.12
        return FunctionType

    def __reduce__(self) -> str:  # type: ignore[explicit-override]  # the same
        return self._target.__qualname__  # pickled and copied by its name, like a function


def _later(target: object) -> Callable[[Any, _Call, Arguments], Any] | None:
    """What runs after the call of a function of this kind; None for one that runs during it."""
    import inspect  # noqa: PLC0415  # as above

    if inspect.isasyncgenfunction(target):
        return _async_generator
    if inspect.iscoroutinefunction(target):
        return _coroutine
    return _generator if inspect.isgeneratorfunction(target) else None


@overload
def tool(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def tool(
    *, name: str | None = None, capture: bool = True, **facts: object
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def tool(
    function: Callable[..., object] | None = None,
    /,
    *,
    name: str | None = None,
    capture: bool = True,
    **facts: object,
) -> object:
    """Records every call of a tool, as `trace` does, named like the function.

    A call that repeats a failed one within a minute, with the same arguments and under the same
    parent, is its next ``attempt``; ``retry_of`` is the span id of the first.

    Example:
        >>> import clearspan
        >>> @clearspan.tool
        ... def weather(city: str) -> dict[str, int]:
        ...     return {"celsius": 18}
        >>> weather("Paris")
        {'celsius': 18}
    """
    return _of_kind("tool", function, name, capture, facts)


@overload
def agent(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def agent(
    *, name: str | None = None, capture: bool = True, **facts: object
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def agent(
    function: Callable[..., object] | None = None,
    /,
    *,
    name: str | None = None,
    capture: bool = True,
    **facts: object,
) -> object:
    """Records every call of an agent, as `trace` does; ``name`` is the agent's.

    Example:
        >>> import clearspan
        >>> @clearspan.agent(name="support")
        ... def answer(question: str) -> str:
        ...     return "On its way."
        >>> answer("Where is my parcel?")
        'On its way.'
    """
    return _of_kind("agent", function, name, capture, facts)


@overload
def retriever(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def retriever(
    *, name: str | None = None, capture: bool = True, **facts: object
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def retriever(
    function: Callable[..., object] | None = None,
    /,
    *,
    name: str | None = None,
    capture: bool = True,
    **facts: object,
) -> object:
    """Records every search, as `trace` does; a result that looks like documents is shown as such.

    Arguments named ``query`` and ``k`` or ``top_k`` become the fields of that meaning.

    Example:
        >>> import clearspan
        >>> @clearspan.retriever
        ... def search(query: str, k: int = 5) -> list[str]:
        ...     return ["Paris is the capital of France."]
        >>> search("capital of France", k=1)
        ['Paris is the capital of France.']
    """
    return _of_kind("retriever", function, name, capture, facts)


def _of_kind(
    kind: str,
    function: Callable[..., object] | None,
    name: str | None,
    capture: bool,  # noqa: FBT001  # passed on as it came
    facts: dict[str, object],
) -> object:
    decorate = trace(name=name, kind=kind, capture=capture, **facts)
    return decorate if function is None else decorate(function)
