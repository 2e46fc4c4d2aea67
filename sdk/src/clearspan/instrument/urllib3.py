"""Model calls over urllib3, and so those of requests and of botocore."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from types import ModuleType
from typing import Any

from clearspan.instrument.call import InFlight, ModelCall, begin, harmless
from clearspan.instrument.carrying import carried
from clearspan.instrument.patching import patch, unpatch, when_imported
from clearspan.instrument.scope import is_wanted, want_only

GROUP = "urllib3"
CLIENTS = {"urllib3": ("PoolManager", "HTTPConnectionPool")}
_CALL = "_clearspan_call"  # the attribute of a response that holds its record
_POSITION = 1  # of `decode_content` among the arguments of the functions that read

Function = Callable[..., Any]


def instrument() -> None:
    """Records the model calls of every connection pool, existing ones included."""
    when_imported(GROUP, "urllib3", _patch)


def uninstrument() -> None:
    """Puts the originals back."""
    unpatch(GROUP)


def _patch(library: ModuleType) -> None:
    response = library.response.HTTPResponse
    patch(GROUP, library.PoolManager, "connection_from_pool_key", _inherit)
    patch(GROUP, library.HTTPConnectionPool, "urlopen", _urlopen)
    for name in ("read", "read1"):
        if hasattr(response, name):
            patch(GROUP, response, name, _read)
    for name in ("stream", "read_chunked"):
        patch(GROUP, response, name, _iterate)
    for name in ("close", "release_conn"):
        patch(GROUP, response, name, _leave)


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
        wanted = is_wanted(GROUP, self)
        call = _begin(self, url, body, headers) if wanted and method == "POST" else None
        if call is None:
            given = _carrying(self, headers) if wanted else headers
            return original(self, method, url, body, given, *args, **kwargs)
        with InFlight(call):
            given = _carrying(self, headers)
            response = original(self, method, url, body, given, *args, **kwargs)
        _answered(call, response, is_read=kwargs.get("preload_content", True))
        return response

    return urlopen


def _carrying(pool: Any, headers: Any) -> Any:  # noqa: ANN401  # the library's
    """The headers of a request, with those of the trace where its host is to know it."""
    more = carried(pool.host)
    return {**more, **(headers or pool.headers or {})} if more else headers


@harmless
def _begin(pool: Any, url: str, body: Any, headers: Any) -> ModelCall | None:  # noqa: ANN401  # the library's
    if url.startswith("/"):
        url = f"{pool.scheme}://{pool.host}:{pool.port}{url}"
    return begin("POST", url, _plain(headers or pool.headers), lambda: _bytes(body))


def _plain(headers: Mapping[Any, Any]) -> dict[str, str]:
    return {_text(name).lower(): _text(value) for name, value in headers.items()}


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: object) -> bytes | None:
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else None


@harmless
def _answered(call: ModelCall, response: Any, *, is_read: bool) -> None:  # noqa: ANN401  # the library's
    call.answered(response.status, response.headers)
    if is_read:
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
    except GeneratorExit:
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
