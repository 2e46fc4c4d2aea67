"""Prompts that are kept on the server, with copies that outlive it."""

from __future__ import annotations

import os
import re
import threading
from contextvars import ContextVar
from time import monotonic
from typing import NamedTuple

from clearspan.api import ask
from clearspan.capture import plain
from clearspan.errors import report, warn_once
from clearspan.importing import importing
from clearspan.recorder import settings as current_settings
from clearspan.settings import Settings
from clearspan.spans import context
from clearspan.tracer import Scope

RETRY_S = 10.0
TIMEOUT_S = 2.0  # how long the first use may wait for the server
AWAY_S = 0.1  # when the server has not answered lately
MAX_HELD = 1_000
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class Prompt(NamedTuple):
    """One version of a prompt. In a `with` block, spans carry its name and version."""

    name: str
    version: str | int | None  # None is a fallback
    label: str
    template: object  # a text, or a list of messages

    def compile(self, /, **variables: object) -> object:
        """The template with values in place of ``{{variable}}``.

        A variable that is not given stays as it stands, and is told once: a new version of a
        prompt must not stop a program.

        Example:
            >>> from clearspan import Prompt
            >>> Prompt("greet", 1, "production", "Hello {{ name }}!").compile(name="Ann")
            'Hello Ann!'
        """

        def value(found: re.Match[str]) -> str:
            if found[1] not in variables:
                warn_once(f"prompt {self.name}", f"prompt {self.name!r} was not given {found[0]}")
                return found[0]
            return str(variables[found[1]])

        def filled(part: object) -> object:
            if isinstance(part, str):
                return VARIABLE.sub(value, part)
            if isinstance(part, dict):
                return {key: filled(item) for key, item in part.items()}
            return [filled(item) for item in part] if isinstance(part, list) else part

        return filled(self.template)

    def __enter__(self) -> Prompt:  # noqa: PYI034  # Self is of Python 3.11
        scope = context(prompt=(self.name, self.version))
        # A prompt may be current in many tasks at once.
        _entered.set((*_entered.get(), scope))
        scope.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        *outer, scope = _entered.get()
        _entered.set(tuple(outer))
        scope.__exit__(*exc_info)


class _Held:
    """What is known of a prompt; None was never seen."""

    def __init__(self, prompt: Prompt | None) -> None:
        self.prompt = prompt
        self.asked_s = 0.0
        self.is_fresh = False
        self.why = ""  # the server gave none, when it was asked last

    def refresh(self, settings: Settings, name: str, label: str, key: str) -> None:
        """Asks the server; what it does not answer stays."""
        try:
            self.asked_s = monotonic()
            found, self.why = _fetched(settings, name, label)
            self.is_fresh = found is not None
            if found and found != self.prompt:
                self.prompt = found
                _keep(key, found)
        except Exception as error:  # noqa: BLE001  # the funnel: what the server says
            report(error, "asking for a prompt")


_entered: ContextVar[tuple[Scope, ...]] = ContextVar("clearspan.prompts", default=())
_held: dict[str, _Held] = {}
_away_until_s: dict[str, float] = {}  # by address


def prompt(
    name: str, label: str = "production", *, fallback: object = None, fresh_s: float = 60.0
) -> Prompt:
    """The version of a prompt that has a label now.

    The first use asks the server, for two seconds at most; later the answer is refreshed in the
    background. While the server does not answer, the last version
    that this machine has seen is used.

    Args:
        name: of the prompt on the server.
        label: which of its versions.
        fallback: a template for when the prompt has never been seen.
        fresh_s: how long an answer is used before the server is asked again.

    Raises:
        LookupError: the prompt has never been seen, and there is no fallback.

    Example:
        >>> import clearspan
        >>> greet = clearspan.prompt("greet", fallback="Hello {{name}}!")
        >>> with greet, clearspan.llm_span(input=greet.compile(name="Ann")) as span:
        ...     span.output = "Hello!"
    """
    import hashlib  # noqa: PLC0415  # slow, like all that is imported below
    import json  # noqa: PLC0415

    settings = current_settings()
    address = [settings.traces_url, settings.project, settings.key, name, label]
    key = hashlib.sha256(json.dumps(address).encode()).hexdigest()
    held = _held.get(key)
    asked = (settings, name, label, key)
    if held is None:
        held = _Held(_kept(key))
        is_away = monotonic() < _away_until_s.get(settings.traces_url, 0.0)
        if not _asked(held, asked, AWAY_S if is_away else TIMEOUT_S):
            _away_until_s[settings.traces_url] = monotonic() + RETRY_S
        if len(_held) >= MAX_HELD:
            _held.pop(next(iter(_held)), None)
        _held[key] = held
    elif monotonic() - held.asked_s >= (fresh_s if held.is_fresh else RETRY_S):
        held.asked_s = monotonic()
        _asked(held, asked, 0.0)
    if held.prompt is None and fallback is None:
        why = f": {held.why}" if held.why else ""
        raise LookupError(
            f"the prompt {name!r} ({label}) is not to be had and has no fallback{why}"
        )
    return held.prompt or Prompt(name, None, label, plain(fallback).value)


def _asked(held: _Held, asked: tuple[Settings, str, str, str], wait_s: float) -> bool:
    """Asks on a thread, because names and slow answers have time-outs of their own; false if late."""
    thread = threading.Thread(target=held.refresh, args=asked, name="clearspan-prompt", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the interpreter allows no more threads
        if wait_s:
            held.refresh(*asked)
        return True
    thread.join(wait_s)
    return not thread.is_alive()


def _fetched(settings: Settings, name: str, label: str) -> tuple[Prompt | None, str]:
    """The prompt, or why there is none."""
    with importing():
        from urllib.parse import quote  # noqa: PLC0415

    path = f"/api/v1/prompts/{quote(name, safe='')}"
    try:
        status, found = ask(settings, f"{path}?label={quote(label, safe='')}", None, TIMEOUT_S)
    except OSError as error:
        _away_until_s[settings.traces_url] = monotonic() + RETRY_S
        warn_once("away, prompts", f"no prompts from the server ({error}); former ones are used")
        return None, str(error)
    prompt = _read(name, label, found)
    if status == 200 and prompt is not None:  # OK
        return prompt, ""
    why = f"GET {path} for {label!r} was answered with {status}"
    if status == 401:  # not authenticated
        why += "; CLEARSPAN_KEY, or key= of init(), needs a key with the scope ingest or read"
    warn_once(f"prompt {name} {label}", why)
    return None, why


def _read(name: str, label: str, found: object) -> Prompt | None:
    if not isinstance(found, dict) or not isinstance(found.get("template"), (str, list)):
        return None
    return Prompt(name, found.get("version"), label, found["template"])


def _file(key: str) -> str:
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111  # pathlib is slow to import
    if not os.path.isabs(caches):  # noqa: PTH117  # the same
        return ""  # without a home it would be in whatever is the current folder
    return os.path.join(caches, "clearspan", "prompts", f"{key}.json")  # noqa: PTH118  # the same


def _kept(key: str) -> Prompt | None:
    """The last version that this machine has seen."""
    import json  # noqa: PLC0415

    try:
        with open(_file(key), encoding="utf-8") as file:  # noqa: PTH123  # the same
            held = json.load(file)
        return _read(held["name"], held["label"], held)
    except (OSError, ValueError, KeyError, TypeError):  # never seen, or broken
        return None


def _keep(key: str, prompt: Prompt) -> None:
    import json  # noqa: PLC0415

    if not (file := _file(key)):
        return
    new = f"{file}.{os.urandom(4).hex()}"
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120  # the same
        with open(os.open(new, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as held:  # noqa: PTH123
            json.dump(prompt._asdict(), held)
        os.replace(new, file)  # noqa: PTH105  # the same
    except OSError as error:
        warn_once("prompts, disk", f"prompts are not kept on disk ({error})")
