"""Keeps the span of a LangChain run current while the run's code runs, which has a context of its own."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from clearspan.errors import report
from clearspan.instrument.patching import is_patched, patch, unpatch, when_imported
from clearspan.tracer import switch

GROUP = "langchain.context"  # lasts as long as there may be handlers


def follow_context() -> None:
    """From now on the span of a run is current while its code runs, which is in a context of its own."""
    for name in ("langchain_core.runnables.config", "langgraph._internal._runnable"):
        when_imported(GROUP, name, _follow)


def leave_context() -> None:
    """Contexts of runs are LangChain's alone again."""
    unpatch(GROUP)


def _follow(module: ModuleType) -> None:
    patch(GROUP, module, "_set_config_context", _entered)


def _entered(original: Callable[..., Any]) -> Callable[..., Any]:
    def enter(config: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # LangChain's
        token = original(config, *args, **kwargs)
        try:
            if is_patched(GROUP):
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
