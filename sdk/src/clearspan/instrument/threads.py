"""Carries the current span into threads, thread pools and processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

from clearspan.fields import Carried
from clearspan.instrument.patching import is_patched, patch, unpatch, when_imported
from clearspan.recorder import flush
from clearspan.tracer import Scope, Span, here, switch

Function = Callable[..., Any]

GROUP = "threads"
# Their threads and processes work for many, one after the other: each task carries its own place.
WORKERS = frozenset({"concurrent", "multiprocessing", "clearspan"})
POOL_METHODS = ("apply_async", "_map_async", "imap", "imap_unordered")


def instrument() -> None:
    """Spans that start in a thread, a pool or a process belong to the span that started the work.

    Only our own place is carried, none of the program's other context variables, so that the work
    itself does what it did before. `uninstrument` undoes it.
    """
    patch(GROUP, threading.Thread, "start", _start_thread)
    when_imported(GROUP, "concurrent.futures.thread", _thread_pool)
    when_imported(GROUP, "concurrent.futures.process", _process_pool)
    when_imported(GROUP, "multiprocessing.process", _processes)
    when_imported(GROUP, "multiprocessing.pool", _pools)


def uninstrument() -> None:
    """Puts the originals back; work that was handed over before keeps its place."""
    unpatch(GROUP)


class Here:
    """A function of this process, with the place where it belongs."""

    __slots__ = ("function", "place")

    def __init__(self, function: Function) -> None:
        self.function = function
        self.place: Scope | Span = here()

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        outside = switch(self.place)
        try:
            return self.function(*args, **kwargs)
        finally:
            switch(outside)


class There:
    """A function for another process, with the place where it belongs, both to be pickled."""

    __slots__ = ("carried", "function", "span_id", "trace_id")

    def __init__(self, function: Function) -> None:
        place = here()
        self.function = function
        self.trace_id, self.span_id = place.trace_id, place.span_id
        self.carried: Carried = place.carried._replace(facts=dict(place.carried.facts))

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        _deliver_at_end()
        remote = bool(self.span_id)
        outside = switch(Scope(self.trace_id, self.span_id, self.carried, is_remote=remote))
        try:
            return self.function(*args, **kwargs)
        finally:
            switch(outside)


_delivering: list[int] = []  # the process that delivers when it ends


def _deliver_at_end() -> None:
    """A process of `multiprocessing` does not run what is registered with `atexit`."""
    from multiprocessing import util  # noqa: PLC0415  # loaded in such a process, and slow elsewhere

    if _delivering != [os.getpid()]:
        _delivering[:] = [os.getpid()]
        util.Finalize(None, flush, args=(3.0,), exitpriority=0)


def _is_worker(target: object) -> bool:
    return str(getattr(target, "__module__", "")).partition(".")[0] in WORKERS


def _start_thread(original: Function) -> Function:
    def start(self: Any) -> None:  # noqa: ANN401  # a thread of any class
        target = getattr(self, "_target", None)
        if not is_patched(GROUP) or self.ident is not None or _is_worker(target):
            return original(self)  # type: ignore[no-any-return]  # None
        carried = Here(self.run)
        if not (carried.place.trace_id or carried.place.carried.facts):
            return original(self)  # type: ignore[no-any-return]  # None

        def run() -> None:
            vars(self).pop("run", None)
            carried()

        vars(self)["run"] = run  # also where a class has its own way to set attributes
        try:
            return original(self)  # type: ignore[no-any-return]  # None
        except BaseException:
            vars(self).pop("run", None)
            raise

    return start


def _start_process(original: Function) -> Function:
    def start(self: Any) -> None:  # noqa: ANN401  # a process of any class
        target = getattr(self, "_target", None)
        if target is not None and is_patched(GROUP) and not _is_worker(target):
            self._target = There(target)
        try:
            return original(self)  # type: ignore[no-any-return]  # None
        finally:
            if getattr(self, "_target", None) is not None:  # deleted once it was started
                self._target = target

    return start


def _task(carry: Callable[[Any], Function]) -> Callable[[Function], Function]:
    """Makes methods that take a function and hand it over, as ``carry`` says for their object."""

    def make(original: Function) -> Function:
        def submit(self: object, /, *args: Any, **kwargs: Any) -> object:  # noqa: ANN401  # passed on
            if is_patched(GROUP) and args:
                args = (carry(self)(args[0]), *args[1:])
            elif is_patched(GROUP) and "func" in kwargs:
                kwargs["func"] = carry(self)(kwargs["func"])
            return original(self, *args, **kwargs)

        return submit

    return make


def _as_it_is(function: Function) -> Function:
    return function


def _thread_pool(module: ModuleType) -> None:
    def carry(pool: object) -> Function:
        # Of Python 3.14: a thread pool whose functions are pickled for another interpreter.
        kinds = {kind.__name__ for kind in type(pool).__mro__}
        return _as_it_is if "InterpreterPoolExecutor" in kinds else Here

    patch(GROUP, module.ThreadPoolExecutor, "submit", _task(carry))


def _process_pool(module: ModuleType) -> None:
    patch(GROUP, module.ProcessPoolExecutor, "submit", _task(lambda _: There))


def _processes(module: ModuleType) -> None:
    patch(GROUP, module.BaseProcess, "start", _start_process)


def _pools(module: ModuleType) -> None:
    def carry(pool: object) -> Function:
        return Here if isinstance(pool, module.ThreadPool) else There

    for name in POOL_METHODS:
        if hasattr(module.Pool, name):
            patch(GROUP, module.Pool, name, _task(carry))
