"""Decorators of one kind each: `tool`, `agent` and `retriever` are `trace` with a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, overload

from clearspan.decorator import trace

P = ParamSpec("P")
R = TypeVar("R")


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
