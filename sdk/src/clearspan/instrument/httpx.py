"""Model calls over httpx and httpx2, sync and async, which most vendors' clients use."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import ModuleType
from typing import Any

from clearspan.instrument.call import InFlight, ModelCall, begin, form, harmless
from clearspan.instrument.patching import patch, unpatch, when_imported
from clearspan.instrument.scope import carried, is_wanted

GROUP = "httpx"
CLIENTS = {"httpx": ("Client", "AsyncClient"), "httpx2": ("Client", "AsyncClient")}


def instrument() -> None:
    """Records the model calls of both libraries' clients, existing ones included."""
    for module in CLIENTS:
        when_imported(GROUP, module, _patch)


def uninstrument() -> None:
    """Puts the originals back."""
    unpatch(GROUP)


def _patch(library: ModuleType) -> None:
    patch(GROUP, library.Client, "send", functools.partial(_send, library))
    patch(GROUP, library.AsyncClient, "send", functools.partial(_asend, library))


def _send(library: ModuleType, original: Callable[..., Any]) -> Callable[..., Any]:
    class Stream(library.SyncByteStream):  # type: ignore[misc, name-defined]  # its class is known at run time
        """The bytes of a response, which the record sees too."""

        def __init__(self, stream: Any, call: ModelCall) -> None:  # noqa: ANN401  # the library's
            self._stream, self._call = stream, call

        def __iter__(self) -> Iterator[bytes]:
            try:
                for data in self._stream:
                    self._call.received(data)
                    yield data
            except BaseException as error:
                self._call.fail(error)
                raise
            self._call.end()

        def close(self) -> None:
            try:
                self._stream.close()
            finally:
                self._call.cancel()

        def __getattr__(self, name: str) -> object:
            return getattr(vars(self).get("_stream"), name)  # a copy has none at first

    def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        call = _begin(library, self, request)
        if call is None:
            _carry(self, request)
            return original(self, request, *args, **kwargs)
        with InFlight(call):
            _carry(self, request)
            response = original(self, request, *args, **kwargs)
        _answered(call, response, Stream)
        return response

    return send


def _asend(library: ModuleType, original: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    class Stream(library.AsyncByteStream):  # type: ignore[misc, name-defined]  # its class is known at run time
        """The bytes of a response, which the record sees too."""

        def __init__(self, stream: Any, call: ModelCall) -> None:  # noqa: ANN401  # the library's
            self._stream, self._call = stream, call

        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                async for data in self._stream:
                    self._call.received(data)
                    yield data
            except BaseException as error:
                self._call.fail(error)
                raise
            self._call.end()

        async def aclose(self) -> None:
            try:
                await self._stream.aclose()
            finally:
                self._call.cancel()

        def __getattr__(self, name: str) -> object:
            return getattr(vars(self).get("_stream"), name)  # a copy has none at first

    async def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        call = _begin(library, self, request)
        if call is None:
            _carry(self, request)
            return await original(self, request, *args, **kwargs)
        with InFlight(call):
            _carry(self, request)
            response = await original(self, request, *args, **kwargs)
        _answered(call, response, Stream)
        return response

    return send


@harmless
def _carry(client: Any, request: Any) -> None:  # noqa: ANN401  # the library's
    if is_wanted(GROUP, client) and (headers := carried(request.url.host)):
        for name in headers.keys() - request.headers.keys():
            request.headers[name] = headers[name]


@harmless
def _begin(library: ModuleType, client: Any, request: Any) -> ModelCall | None:  # noqa: ANN401  # the library's
    if request.method != "POST" or not is_wanted(GROUP, client):
        return None

    def body() -> bytes | None:
        try:
            found: bytes = request.content
        except library.RequestNotRead:  # a stream, which only the transport may read
            return _form(request.stream)
        return found

    return begin("POST", str(request.url), request.headers, body)


def _form(stream: Any) -> bytes | None:  # noqa: ANN401  # the library's
    """A multipart form, its files unread; None of any other stream."""
    if type(stream).__name__ != "MultipartStream":
        return None
    return form(stream.boundary, (_part(field) for field in stream.fields))


def _part(field: Any) -> tuple[bytes, bytes | int]:  # noqa: ANN401  # the library's
    head: bytes = field.render_headers()
    if not hasattr(field, "file"):
        return head, field.render_data()
    return head, (field.get_length() or len(head)) - len(head)


@harmless
def _answered(call: ModelCall, response: Any, stream: type) -> None:  # noqa: ANN401  # the library's
    call.answered(response.status_code, response.headers)
    if response.is_stream_consumed or response.is_closed:
        if "_content" not in vars(response):  # a hook has taken the raw bytes
            call.cancel()
            return
        call.received(response.content, is_decoded=True)
        call.end()
    else:
        response.stream = stream(response.stream, call)
