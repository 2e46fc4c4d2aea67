"""Functions of other libraries are replaced once, reversibly, and as soon as they are imported."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from clearspan.instrument.patching import is_patched, patch, unpatch, when_imported


class Library:
    """Stands for somebody's class."""

    def plain(self, word: str) -> str:
        """Says it."""
        return word

    @staticmethod
    def still(word: str) -> str:
        return word

    @classmethod
    def named(cls, word: str) -> str:
        return cls.__name__ + word


class Heir(Library):
    """Inherits all."""


def louder(original: Callable[..., str]) -> Callable[..., str]:
    return lambda *args, **kwargs: original(*args, **kwargs) + "!"


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    unpatch("test")


@pytest.mark.parametrize("name", ["plain", "still", "named"])
def test_a_method_of_any_sort_is_replaced_and_put_back(name: str) -> None:
    before = vars(Library)[name]
    said = getattr(Library(), name)("hello")

    patch("test", Library, name, louder)
    patched = getattr(Library(), name)("hello")
    unpatch("test")

    assert patched == said + "!"
    assert vars(Library)[name] is before


def test_patching_twice_patches_once() -> None:
    patch("test", Library, "plain", louder)
    patch("test", Library, "plain", louder)

    assert Library().plain("hello") == "hello!"
    assert is_patched("test")


def test_an_inherited_method_is_replaced_for_the_heir_alone() -> None:
    patch("test", Heir, "plain", louder)

    assert (Heir().plain("a"), Library().plain("a")) == ("a!", "a")
    unpatch("test")
    assert "plain" not in vars(Heir)


def test_what_others_have_replaced_since_then_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    patch("test", Library, "plain", louder)
    ours = Library.plain
    monkeypatch.setattr(Library, "plain", lambda self, word: ours(self, word) + "?")

    unpatch("test")

    assert Library().plain("a") == "a!?"
    assert not is_patched("test")
    monkeypatch.setattr(Library, "plain", ours.__wrapped__)  # type: ignore[attr-defined]  # functools.wraps sets it


def test_a_replacement_has_the_name_and_documentation_of_the_original() -> None:
    patch("test", Library, "plain", louder)

    assert (Library.plain.__name__, Library.plain.__doc__) == ("plain", "Says it.")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module that nobody has imported."""
    (tmp_path / "imported_later.py").write_text("def say():\n    return 'said'\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield "imported_later"
    sys.modules.pop("imported_later", None)


def test_a_module_that_is_imported_later_is_told(module: str) -> None:
    def instrument(loaded: ModuleType) -> None:
        patch("test", loaded, "say", louder)

    when_imported("test", module, instrument)
    loaded: Any = importlib.import_module(module)

    assert loaded.say() == "said!"


def test_a_module_that_is_imported_already_is_told_at_once(module: str) -> None:
    importlib.import_module(module)
    told: list[ModuleType] = []

    when_imported("test", module, told.append)

    assert told == [sys.modules[module]]


def test_after_unpatching_nobody_waits_any_more(module: str) -> None:
    told: list[ModuleType] = []
    when_imported("test", module, told.append)

    unpatch("test")
    importlib.import_module(module)

    assert told == []
