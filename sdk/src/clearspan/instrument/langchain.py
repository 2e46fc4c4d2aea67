"""Records LangChain and LangGraph: chains, models, tools and retrievers, through their callbacks.

A model call is the span that the wire recorded, where HTTP capture recorded it below; the
framework's own span is then of kind `chain`, with the model's name and without usage, so that the
call counts once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from clearspan.errors import report
from clearspan.instrument.patching import is_patched, patch, unpatch, when_imported
from clearspan.tracer import switch

GROUP = "langchain"
CONTEXT = "langchain.context"  # lasts as long as there may be handlers

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
    unpatch(CONTEXT)
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


def follow_context() -> None:
    """From now on the span of a run is current while its code runs, which is in a context of its own."""
    for name in ("langchain_core.runnables.config", "langgraph._internal._runnable"):
        when_imported(CONTEXT, name, _follow)


def _follow(module: ModuleType) -> None:
    patch(CONTEXT, module, "_set_config_context", _entered)


def _entered(original: Callable[..., Any]) -> Callable[..., Any]:
    def enter(config: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # LangChain's
        token = original(config, *args, **kwargs)
        try:
            if is_patched(CONTEXT):
                _enter(config.get("callbacks"))
        except Exception as error:  # noqa: BLE001  # the funnel: another version of the library
            report(error, "entering a run of LangChain")
        return token

    return enter


def _enter(callbacks: Any) -> None:  # noqa: ANN401  # LangChain's
    run_id = getattr(callbacks, "parent_run_id", None)
    for handler in getattr(callbacks, "handlers", ()):
        span_of = getattr(handler, "clearspan_span", None)
        span = span_of(run_id) if span_of is not None else None
        if span is not None and not span.ended:
            switch(span)
            return
