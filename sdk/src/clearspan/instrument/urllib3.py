"""Model calls over urllib3, and so those of requests and of botocore."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextvars import ContextVar
from types import ModuleType
from typing import Any
from urllib.parse import urljoin

from clearspan.instrument.call import InFlight, ModelCall, begin, harmless, is_in_flight
from clearspan.instrument.patching import patch, unpatch, when_imported
from clearspan.instrument.scope import carried, is_wanted, want_only

GROUP = "urllib3"
CLIENTS = {"urllib3": ("PoolManager", "HTTPConnectionPool")}
_CALL = "_clearspan_call"  # the attribute of a response that holds its record
_POSITION = 1  # of `decode_content` among the arguments of the functions that read

Function = Callable[..., Any]

# Of a client that follows answers from pool to pool: the calls that were sent on.
_sent_on: ContextVar[list[ModelCall] | None] = ContextVar("clearspan.urllib3.on", default=None)


def instrument() -> None:
    """Records the model calls of every connection pool, existing ones included."""
    when_imported(GROUP, "urllib3", _patch)
    when_imported(GROUP, "requests.sessions", _patch_requests)


def uninstrument() -> None:
    """Puts the originals back."""
    unpatch(GROUP)


def _patch(library: ModuleType) -> None:
    response = library.response.HTTPResponse
    patch(GROUP, library.PoolManager, "connection_from_pool_key", _inherit)
    patch(GROUP, library.PoolManager, "urlopen", _follow)
    patch(GROUP, library.HTTPConnectionPool, "urlopen", _urlopen)
    for name in ("read", "read1"):
        if hasattr(response, name):
            patch(GROUP, response, name, _read)
    for name in ("stream", "read_chunked"):
        patch(GROUP, response, name, _iterate)
    for name in ("close", "release_conn"):
        patch(GROUP, response, name, _leave)


def _patch_requests(library: ModuleType) -> None:
    patch(GROUP, library.Session, "send", _follow)


def _inherit(original: Function) -> Function:
    """The pools of a manager that was wrapped are wrapped."""

    def connection_from_pool_key(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        pool = original(self, *args, **kwargs)
        if is_wanted(GROUP, self):
            want_only(pool)
        return pool

    return connection_from_pool_key


def _urlopen(original: Function) -> Function:
    def urlopen(
        self: Any,  # noqa: ANN401  # the library's, as all here
        method: str,
        url: str,
        body: Any = None,  # noqa: ANN401
        headers: Any = None,  # noqa: ANN401
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        # A pool calls itself to try again, and to follow its own answer.
        if is_in_flight(self) or not is_wanted(GROUP, self):
            return original(self, method, url, body, headers, *args, **kwargs)
        call = _begin(self, method, url, body, headers)
        if call is None:
            return original(self, method, url, body, _carrying(self, headers), *args, **kwargs)
        with InFlight(call, by=self):
            given = _carrying(self, headers)
            response = original(self, method, url, body, given, *args, **kwargs)
        _answered(call, response, _whole(self, url), is_read=kwargs.get("preload_content", True))
        return response

    return urlopen


def _follow(original: Function) -> Function:
    """What a client sends on, because an answer says where to, is one call."""

    def follow(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        if _sent_on.get() is not None:  # it calls itself
            return original(self, *args, **kwargs)
        calls: list[ModelCall] = []
        token = _sent_on.set(calls)
        try:
            return original(self, *args, **kwargs)
        except BaseException as error:
            for call in calls:
                call.fail(error)
            raise
        finally:
            _sent_on.reset(token)
            for call in calls:  # it was not followed
                call.end()

    return follow


def _going_on(url: str) -> ModelCall | None:
    """The call that an answer has sent to this address."""
    calls = _sent_on.get() or []
    found = next((call for call in calls if call.goes_to(url)), None)
    if found is not None:
        calls.remove(found)
    return found


def _carrying(pool: Any, headers: Any) -> Any:  # noqa: ANN401  # the library's
    """The headers of a request, with those of the trace where its host is to know it."""
    more = carried(pool.host)
    return {**more, **(headers or pool.headers or {})} if more else headers


@harmless
def _begin(pool: Any, method: str, url: str, body: Any, headers: Any) -> ModelCall | None:  # noqa: ANN401  # the library's
    call = _going_on(_whole(pool, url)) if _sent_on.get() else None
    if call is not None or method != "POST":
        return call
    return begin(method, _whole(pool, url), _plain(headers or pool.headers), lambda: _bytes(body))


def _whole(pool: Any, url: str) -> str:  # noqa: ANN401  # the library's
    return f"{pool.scheme}://{pool.host}:{pool.port}{url}" if url.startswith("/") else url


def _plain(headers: Mapping[Any, Any]) -> dict[str, str]:
    return {_text(name).lower(): _text(value) for name, value in headers.items()}


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: object) -> bytes | None:
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else None


@harmless
def _answered(call: ModelCall, response: Any, url: str, *, is_read: bool) -> None:  # noqa: ANN401  # the library's
    call.answered(response.status, response.headers)
    calls = _sent_on.get()
    location = response.get_redirect_location() if calls is not None else None
    if calls is not None and location:
        call.send_on(urljoin(url, location))
        calls.append(call)
    elif is_read:
        call.received(response.data, is_decoded=True)
        call.end()
    else:
        setattr(response, _CALL, call)


def _read(original: Function) -> Function:
    def read(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        call: ModelCall | None = self.__dict__.get(_CALL)
        if call is None or call.is_reading:
            return original(self, *args, **kwargs)
        with call.reading():
            data = original(self, *args, **kwargs)
        wanted = _decodes(args, kwargs)
        call.received(data, is_decoded=self.decode_content if wanted is None else wanted)
        amount = args[0] if args else kwargs.get("amt")
        is_all = original.__name__ == "read" and (amount is None or amount < 0)
        if is_all or (not data and amount != 0):
            call.end()
        return data

    return read


def _iterate(original: Function) -> Function:
    def iterate(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        call: ModelCall | None = self.__dict__.get(_CALL)
        slices = original(self, *args, **kwargs)
        if call is None or call.is_reading:
            return slices
        return _slices(slices, call, is_decoded=_is_decoded(self, original, args, kwargs))

    return iterate


def _is_decoded(response: Any, original: Function, args: Any, kwargs: Any) -> bool:  # noqa: ANN401  # the library's
    wanted = _decodes(args, kwargs)
    if wanted is None:  # the default of one is the response's, that of the other is no
        wanted = original.__name__ == "stream" and not response.chunked and response.decode_content
    return bool(wanted)


def _decodes(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | None:
    found: bool | None = args[_POSITION] if len(args) > _POSITION else kwargs.get("decode_content")
    return found


def _slices(
    slices: Generator[bytes, None, None], call: ModelCall, *, is_decoded: bool
) -> Generator[bytes, None, None]:
    try:
        while True:
            with call.reading():
                data = next(slices, None)
            if data is None:
                break
            call.received(data, is_decoded=is_decoded)
            yield data
    except BaseException:  # of the reading, it is told already; else the program leaves
        slices.close()
        call.cancel()
        raise
    call.end()


def _leave(original: Function) -> Function:
    def leave(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        call: ModelCall | None = self.__dict__.get(_CALL)
        if call is not None and not call.is_reading:
            call.cancel()
        return original(self, *args, **kwargs)

    return leave
