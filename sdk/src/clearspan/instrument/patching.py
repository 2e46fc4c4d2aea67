"""Replaces functions of other libraries, once and reversibly, also of those that are imported later."""

from __future__ import annotations

import functools
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, NamedTuple

from clearspan.errors import report

Make = Callable[[Callable[..., Any]], Callable[..., Any]]


class _Patch(NamedTuple):
    owner: Any  # a module or a class
    name: str
    former: object  # as it stood in the owner; _INHERITED when an ancestor had it
    ours: object


_INHERITED = object()
_patches: dict[str, list[_Patch]] = {}
_waiting: dict[str, dict[str, Callable[[ModuleType], None]]] = {}  # by module, by group


def patch(group: str, owner: object, name: str, make: Make) -> None:
    """Replaces ``owner.name`` by ``make(original)``; `unpatch` of the group undoes it.

    The replacement keeps the name, documentation and signature of the original. Static and class
    methods stay so. Patching the same function in the same group again does nothing.
    """
    done = _patches.setdefault(group, [])
    if any(one.owner is owner and one.name == name for one in done):
        return
    former = vars(owner).get(name, _INHERITED)
    wrapper: Callable[[Any], object] = (
        type(former) if isinstance(former, (staticmethod, classmethod)) else lambda made: made
    )
    original = former.__func__ if isinstance(former, (staticmethod, classmethod)) else None
    original = original or getattr(owner, name)
    ours = wrapper(functools.wraps(original)(make(original)))
    setattr(owner, name, ours)
    done.append(_Patch(owner, name, former, ours))


def unpatch(group: str) -> None:
    """Puts the originals of a group back, and stops waiting for its modules.

    What somebody else has replaced since then stays: theirs calls ours, and `is_patched` tells ours
    to do nothing.
    """
    for waiting in _waiting.values():
        waiting.pop(group, None)
    for one in reversed(_patches.pop(group, [])):
        if vars(one.owner).get(one.name) is not one.ours:
            continue
        if one.former is _INHERITED:
            delattr(one.owner, one.name)
        else:
            setattr(one.owner, one.name, one.former)


def is_patched(group: str) -> bool:
    """Whether the group's functions are replaced now."""
    return group in _patches


def when_imported(group: str, module: str, then: Callable[[ModuleType], None]) -> None:
    """Calls ``then`` with a module: at once when the program has imported it, else when it does."""
    loaded = sys.modules.get(module)
    if loaded is not None:
        _run(then, loaded)
        return
    _waiting.setdefault(module, {})[group] = then
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def _run(then: Callable[[ModuleType], None], module: ModuleType) -> None:
    try:
        then(module)
    except Exception as error:  # noqa: BLE001  # the funnel: another version of a library
        report(error, f"instrumenting {module.__name__}")


class _Finder:
    """Finds nothing itself; has the modules that are waited for told after they were executed."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of whoever finds the module, with a loader that tells us; None for all others."""
        if not _waiting.get(name):
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec: importlib.machinery.ModuleSpec | None = find(name, path, target) if find else None
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    _tell_after(spec.loader, name)
                return spec
        return None


def _tell_after(loader: Any, name: str) -> None:  # noqa: ANN401  # any object that loads
    execute = loader.exec_module

    def executed(module: ModuleType) -> None:
        execute(module)
        if module.__name__ != name:  # the loader of a zip file loads others, too
            return
        for then in _waiting.pop(name, {}).values():
            _run(then, module)

    try:
        loader.exec_module = executed
    except AttributeError:  # a loader of C code has no room for it: it is not told
        return
