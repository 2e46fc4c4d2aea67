"""What a virtual key may call, and how often: told before a byte of the request goes on."""

import math
import re
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote

from clearspan import wire
from clearspan_server.errors import NotAllowed, TooLarge, TooManyCalls
from clearspan_server.gateway.capture import Call
from clearspan_server.gateway.headers import Headers
from clearspan_server.gateway.model_scan import ModelScan
from clearspan_server.ingest.budget import Budget
from clearspan_server.store.catalog import ApiKey

_MINUTE_S = 60.0
_MAX_REMEMBERED = 10_000  # keys; the one that called longest ago is forgotten
_MOST_AHEAD_BYTES = 16 * 1024 * 1024  # of a body, before it has named its model
_MOST_NAMED = 10
_LIST = re.compile(r"/models(/[^/]+)?/?$")
# What only counts the tokens of a call, or judges its words, names its model as this one does.
_COUNTING = (
    ("/v1/messages/count_tokens", "/v1/messages"),
    (":countTokens", ":generateContent"),
    ("/v1/responses/input_tokens", "/v1/responses"),
    ("/v1/moderations", "/v1/embeddings"),
)
# What providers take for the end of a path, or decode once more; and what models are named behind.
_ODD = re.compile(r"[?#%;\\\x00-\x20\x7f\ufffd]")
_HOLDER = re.compile(
    r"/(models(?!/(chat/completions|completions|embeddings|responses)/?$)|model|tunedModels|deployments"
    r"|engines|endpoints(?!/openapi/))/",
    re.IGNORECASE,
)


class CallRates:
    """When each key has called in the last minute; thread-safe. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: dict[str, deque[float]] = {}

    def count(self, key: ApiKey) -> None:
        """Count a call of a key.

        Raises:
            TooManyCalls: it has called too often; the error knows in how many seconds it may again.
        """
        most = key.calls_per_minute
        if most is None:
            return
        with self._lock:
            now_s = self._clock()
            calls = self._calls.pop(key.id, deque[float]())
            self._calls[key.id] = calls  # now the newest
            if len(self._calls) > _MAX_REMEMBERED:
                del self._calls[next(iter(self._calls))]
            while calls and now_s - calls[0] >= _MINUTE_S:
                calls.popleft()
            if len(calls) < most:
                calls.append(now_s)
                return
            wait_s = calls[-most] + _MINUTE_S - now_s
        error = TooManyCalls(
            f"the key {key.id} may call {most} times a minute; it may again in {math.ceil(wait_s)} s"
        )
        error.retry_after_s = max(1, math.ceil(wait_s))
        raise error


def check_provider(key: ApiKey, name: str) -> None:
    """Raise NotAllowed for a provider that the key may not call."""
    if key.providers and name not in key.providers:
        raise NotAllowed(
            f"the key {key.id} may not call the provider {name}, only {', '.join(key.providers)}"
        )


def check_models(key: ApiKey, models: Iterable[str]) -> None:
    """Raise NotAllowed for a model that the key may not call."""
    for model in models:
        if not any(_glob(pattern).fullmatch(model) for pattern in key.models):
            raise NotAllowed(
                f"the key {key.id} may not call the model {model[:100]!r}, only {_told(key)}"
            )


def limits_body(key: ApiKey, call: Call) -> bool:
    """Whether the model of a call is to be read from its body: of a key that may call some, where no path tells.

    Raises:
        NotAllowed: the path names a model that the key may not call, or nobody can tell which one it is for.
    """
    if not key.models or (call.method == "GET" and _LIST.search(call.target.path)):
        return False  # which models there are costs nothing
    path = unquote(call.target.path)
    for counts, asks in _COUNTING:
        path = path.removesuffix(counts) + asks if path.endswith(counts) else path
    target = replace(call.target, path=path)
    endpoint = wire.recognise(call.method, target.recognised_by, call.headers)
    if endpoint is None or _is_ambiguous(path, endpoint):
        raise NotAllowed(
            f"the key {key.id} may call the models {_told(key)} alone, and for which model"
            f" {call.method} {call.target.path[:200]} is cannot be told"
        )
    if endpoint.model:
        check_models(key, [endpoint.model])
    return not endpoint.model


def _is_ambiguous(path: str, endpoint: wire.Endpoint) -> bool:
    """Whether a decoded path may name another model than the one that was found in it, or is in the body."""
    if _ODD.search(path):
        return True
    return not endpoint.model and _HOLDER.search(path) is not None


def _unreadable(headers: Headers) -> str:
    """Why no model can be read from a body with these headers; "" when one can."""
    for name, value in headers:
        kind = value.partition(b";")[0].strip().lower()
        if name == b"content-type" and not kind.endswith((b"/json", b"+json")):
            return f"its body is {kind.decode('latin-1')[:100]}"
        if name == b"content-encoding" and kind != b"identity":
            return "its body is compressed"
    return ""


class CheckedBody:
    """A body that goes on only when it has named a model that the key may call.

    What comes after that is looked at as it passes: another model ends the request before its end has gone on.
    """

    def __init__(
        self, key: ApiKey, headers: Headers, body: AsyncIterator[bytes] | None, budget: Budget
    ) -> None:
        self._key, self._budget = key, budget
        self._body = body
        self._unreadable = _unreadable(headers)
        self._scan = ModelScan()
        self._ahead = deque[bytes]()
        self._ahead_bytes = 0

    async def look(self) -> None:
        """Wait for the model.

        Raises:
            NotAllowed: the key may not call it, or the body names none.
            BadInput: it is named in a way that nobody means.
            TooLarge: the body has named none in 16 MB.
            TooBusy: too many bodies wait for theirs.
        """
        if self._body is None:
            raise self._unnamed("it has no body")
        if self._unreadable:
            raise self._unnamed(self._unreadable)
        async for data in self._body:
            self._budget.take(len(data))
            self._ahead.append(data)
            self._ahead_bytes += len(data)
            self._check(data)
            if self._scan.found:
                return
            if self._ahead_bytes > _MOST_AHEAD_BYTES:
                raise TooLarge(
                    f"the request names no model in its first {_MOST_AHEAD_BYTES} bytes, and the key"
                    f" {self._key.id} may call {_told(self._key)} alone: name the model first"
                )
        raise self._unnamed("its body is no JSON object with a model")

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body, whole. Raises as `look`."""
        while self._ahead:
            yield self._ahead.popleft()
        if self._body is None:
            return
        async for data in self._body:
            self._check(data)
            yield data

    def close(self) -> None:
        """Give back the memory that was counted."""
        self._budget.give(self._ahead_bytes)
        self._ahead_bytes = 0

    def _check(self, data: bytes) -> None:
        before = len(self._scan.found)
        self._scan.feed(data)
        check_models(self._key, self._scan.found[before:])

    def _unnamed(self, why: str) -> NotAllowed:
        return NotAllowed(
            f"the key {self._key.id} may call the models {_told(self._key)} alone, and this request names"
            f" none: {why}"
        )


def _told(key: ApiKey) -> str:
    more = f" and {len(key.models) - _MOST_NAMED} more" if len(key.models) > _MOST_NAMED else ""
    return ", ".join(key.models[:_MOST_NAMED]) + more


@lru_cache(1024)
def _glob(pattern: str) -> re.Pattern[str]:
    """`*` is anything, also nothing; all else is itself."""
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.IGNORECASE | re.DOTALL)
