"""Records LangChain and LangGraph: chains, models, tools and retrievers, through their callbacks.

A model call is the span that the wire recorded, where HTTP capture recorded it below; the
framework's own span is then of kind `chain`, with the model's name and without usage, so that the
call counts once.
"""

from __future__ import annotations

from contextvars import ContextVar
from types import ModuleType
from typing import Any

from clearspan.instrument.langchain_context import follow_context, leave_context
from clearspan.instrument.patching import unpatch, when_imported

GROUP = "langchain"

_installed: list[tuple[ModuleType, ContextVar[Any]]] = []


def __getattr__(name: str) -> Any:  # noqa: ANN401  # `Handler`, whose base is LangChain's
    if name == "Handler":
        from clearspan.instrument.langchain_handler import Handler  # noqa: PLC0415  # as above

        return Handler
    raise AttributeError(name)


def instrument() -> None:
    """Gives every run of LangChain and LangGraph a handler; `uninstrument` undoes it.

    For single runs, pass `Handler()` among their callbacks instead.
    """
    follow_context()
    if not _installed:
        when_imported(GROUP, "langchain_core.tracers.context", _install)


def uninstrument() -> None:
    """Runs that start from now on are not recorded."""
    unpatch(GROUP)
    leave_context()
    while _installed:
        module, handler = _installed.pop()
        hooks = module._configure_hooks  # noqa: SLF001  # nothing public takes a hook back
        hooks[:] = [hook for hook in hooks if hook[0] is not handler]


def _install(module: ModuleType) -> None:
    from clearspan.instrument.langchain_handler import Handler  # noqa: PLC0415  # its base is there now

    handler: ContextVar[Any] = ContextVar(
        "clearspan.langchain",
        default=Handler(),  # noqa: B039  # the same one everywhere is what is wanted
    )
    module.register_configure_hook(handler, inheritable=True, handle_class=Handler)
    _installed.append((module, handler))
