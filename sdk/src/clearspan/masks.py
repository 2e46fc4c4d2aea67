"""What of a captured value may leave the process: secrets and masked text never do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import NamedTuple

from clearspan.capture import mode, plain
from clearspan.errors import SettingError, report, warn_once
from clearspan.importing import importing

MASKED = "***"
# Conversations hold arguments, but the keys in a tool's definition are not values of anything.
NOT_ARGUMENTS = frozenset({"tools", "usage"})

# In linear time: none can begin in the middle of what it was just not found in.
# What `capture="masked"` looks for: addresses, numbers of cards and telephones, keys, tokens.
PERSONAL = (
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}",
    r"\b\d{4}([ -]?)(?:\d{4}\1\d{4}\1\d{4}|\d{6}\1\d{5})\b",
    r"(?<!\w)\+\d(?:[ ()./-]{0,2}\d){7,14}\b",
    r"\b(?:sk|pk|rk|ghp|gho|ghs|glpat|xox[abp])[-_][\w-]{12,}|\bA(?:KI|SI)A[0-9A-Z]{16}\b",
    r"(?<![\w-])[\w-]+\.eyJ[\w-]+\.[\w-]*",
    r"(?i:\bbearer\s+)[\w.~+/-]{8,}=*",
)
_SECRET = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|pwd|secret|authorization|cookies?|credentials?"
    r"|api_?key|(?:private|access|secret)_?key)(?:_|$)|(?:^|_)token$"
)
# A key with its text or number, inside of JSON that is a text.
_PAIR = re.compile(r'"([\w .-]{1,64})"(\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?\d[\d.]*)')
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


class Rules(NamedTuple):
    """What may leave, as one `init` has said it."""

    content: bool = True
    errors_only: bool = False  # content only of spans that failed
    masks: tuple[re.Pattern[str], ...] = ()
    redact: Callable[[str, object], object] | None = None


_latest = Rules()
_own: ContextVar[Rules | None] = ContextVar("clearspan.rules", default=None)


def rules() -> Rules:
    """Those of the recorder whose spans are being exported here; else the latest."""
    return _own.get() or _latest


@contextmanager
def following(own: Rules) -> Iterator[None]:
    """A block that exports what was recorded under these rules, whatever holds by now."""
    token = _own.set(own)
    try:
        yield
    finally:
        _own.reset(token)


def choose(capture: str, masks: Sequence[str], redact: object) -> Rules:
    """Makes these settings hold for what is recorded from now on.

    A mask that cannot be read leaves out all content: what it was to hide must not be sent.
    """
    global _latest  # noqa: PLW0603  # one per process
    given = (masks,) if isinstance(masks, str) else masks
    patterns = [*given, *(PERSONAL if capture == "masked" else ())]
    try:
        compiled = tuple(re.compile(pattern) for pattern in patterns)
    except (re.error, TypeError) as error:
        capture, compiled = "metadata", ()
        report(SettingError(f"masks={patterns!r}: {error}"), "reading masks; content is left out")
    hook = _imported(redact) if isinstance(redact, str) else redact
    mode.content = capture != "metadata"
    _latest = Rules(mode.content, capture == "errors", compiled, hook)  # type: ignore[arg-type]  # the setting was checked
    return _latest


def cleaned(facts: dict[str, object]) -> dict[str, object]:
    """``facts`` without secrets, masked, and as the program's own hook leaves them."""
    hook = rules().redact
    clean = {
        name: MASKED if _is_secret(name, value) else _cleaned(value, name not in NOT_ARGUMENTS)
        for name, value in facts.items()
    }
    return {name: redacted(name, value) for name, value in clean.items()} if hook else clean


def masked_text(text: str) -> str:
    """``text`` with a mask in place of all that the masks match."""
    for pattern in rules().masks:
        text = pattern.sub(MASKED, text)
    return text


def redacted(name: str, value: object) -> object:
    """What the hook makes of a field; None when it fails."""
    redact = rules().redact
    if redact is None or value is None:
        return value
    try:
        return plain(redact(name, value)).value
    except Exception as error:  # noqa: BLE001  # the program's own code
        warn_once("redact", f"redact failed ({type(error).__name__}); such fields are left out")
        return None


def _cleaned(value: object, is_argument: bool) -> object:  # noqa: FBT001  # one of two ways to go
    try:
        return _clean(value, is_argument)
    except RecursionError:  # adopted from the wire as deep as JSON may be
        return _clean(plain(value).value, is_argument)


def _clean(value: object, is_argument: bool) -> object:  # noqa: FBT001  # one of two ways to go
    """A copy, or ``value`` itself where nothing is hidden in it."""
    kind = type(value)
    if kind is str:
        text: str = value  # type: ignore[assignment]  # its type says so
        if is_argument and text[:1] in {"{", "["}:
            text = _PAIR.sub(_clean_pair, text)
        return masked_text(text)
    if kind is dict:
        pairs: dict[str, object] = value  # type: ignore[assignment]  # the keys of copies are texts
        return {
            masked_text(key): MASKED
            if is_argument and _is_secret(key, item)
            else _clean(item, is_argument)
            for key, item in pairs.items()
        }
    return [_clean(item, is_argument) for item in value] if kind is list else value  # type: ignore[attr-defined]  # it is a list


def _clean_pair(pair: re.Match[str]) -> str:
    return f'"{pair[1]}"{pair[2]}"{MASKED}"' if _names_secret(pair[1], is_text=True) else pair[0]


def _is_secret(name: str, value: object) -> bool:
    # Whether there is a password is no secret, and a number is no token.
    if value is None or type(value) is bool:
        return False
    return _names_secret(str(name), type(value) not in {int, float})


@lru_cache(maxsize=4_096)
def _names_secret(name: str, is_text: bool) -> bool:  # noqa: FBT001  # cached by both
    found = _SECRET.search(_WORDS.sub("_", name).lower())
    return found is not None and (is_text or not found[0].endswith("token"))


def _imported(address: str) -> Callable[[str, object], object] | None:
    """The hook at ``module:function``, imported at the first use: by the delivery thread."""
    if not address:
        return None
    found: list[Callable[[str, object], object]] = []

    def redact(name: str, value: object) -> object:
        if not found:
            with importing():
                import importlib  # noqa: PLC0415  # slow, and few programs do this

                module, _, function = address.partition(":")
                found.append(getattr(importlib.import_module(module), function))
        return found[0](name, value)

    return redact
