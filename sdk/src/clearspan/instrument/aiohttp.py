"""Model calls over aiohttp."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from clearspan.instrument.call import InFlight, ModelCall, begin, form, harmless
from clearspan.instrument.patching import patch, unpatch, when_imported
from clearspan.instrument.scope import carried, is_wanted

GROUP = "aiohttp"
CLIENTS = {"aiohttp": ("ClientSession",)}
BOUNDARY = b"clearspan-form"
_CALL = "_clearspan_call"  # the attribute of a response that keeps its record

Function = Callable[..., Any]

# By the id of the stream, which has no room for an attribute and lives as long as its response.
_calls: WeakValueDictionary[int, ModelCall] = WeakValueDictionary()


def instrument() -> None:
    """Records the model calls of all sessions, existing ones included."""
    when_imported(GROUP, "aiohttp", _patch)


def uninstrument() -> None:
    """Puts the originals back."""
    unpatch(GROUP)


def _patch(library: ModuleType) -> None:
    patch(GROUP, library.ClientSession, "_request", _request)
    for name in ("read", "readany", "readchunk", "readline", "readuntil", "readexactly"):
        patch(GROUP, library.StreamReader, name, _read)
    patch(GROUP, library.StreamReader, "read_nowait", _read_nowait)
    for name in ("close", "release"):
        patch(GROUP, library.ClientResponse, name, _leave)


def _request(original: Function) -> Function:
    async def request(self: Any, method: str, url: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        wanted = is_wanted(GROUP, self)
        call = _begin(self, url, kwargs) if wanted and method.upper() == "POST" else None
        if call is None:
            if wanted:
                _carry(self, url, kwargs)
            return await original(self, method, url, **kwargs)
        with InFlight(call):
            _carry(self, url, kwargs)
            response = await original(self, method, url, **kwargs)
        _answered(call, response)
        return response

    return request


@harmless
def _carry(session: Any, url: Any, kwargs: dict[str, Any]) -> None:  # noqa: ANN401  # the library's
    if more := carried(urlsplit(_address(session, url)).hostname):
        headers = sys.modules["multidict"].CIMultiDict(kwargs.get("headers") or ())
        for name, value in more.items():
            headers.setdefault(name, value)
        kwargs["headers"] = headers


def _address(session: Any, url: Any) -> str:  # noqa: ANN401  # the library's
    base = getattr(session, "_base_url", None)
    return str(base.join(type(base)(url))) if base else str(url)


@harmless
def _begin(session: Any, url: Any, kwargs: dict[str, Any]) -> ModelCall | None:  # noqa: ANN401  # the library's
    address = _address(session, url)
    own = kwargs.get("headers") or {}
    given = {**session.headers, **(dict(own) if isinstance(own, (Mapping, list, tuple)) else {})}
    headers = {str(name).lower(): str(value) for name, value in given.items()}

    def body() -> bytes | None:
        if kwargs.get("json") is not None and kwargs.get("data") is None:
            _serialise(session, kwargs)
            headers.setdefault("content-type", "application/json")
        data = kwargs.get("data")
        fields = getattr(data, "_fields", None)
        if isinstance(data, dict):
            fields = [({"name": name}, {}, value) for name, value in data.items()]
        if type(fields) is list:
            headers["content-type"] = f"multipart/form-data; boundary={BOUNDARY.decode()}"
            return form(BOUNDARY, (_part(*field) for field in fields))
        data = getattr(data, "_value", data)  # of a payload
        if isinstance(data, str):
            return data.encode()
        return bytes(data) if isinstance(data, (bytes, bytearray, memoryview)) else None

    return begin("POST", address, headers, body)


def _serialise(session: Any, kwargs: dict[str, Any]) -> None:  # noqa: ANN401  # the library's
    """Does what the session would do, so that the program's own serialiser runs once."""
    library = sys.modules["aiohttp.payload"]
    to_bytes = getattr(session, "_json_serialize_bytes", None)
    kind = library.JsonBytesPayload if to_bytes else library.JsonPayload
    try:
        data = kind(kwargs["json"], dumps=to_bytes or session.json_serialize)
    except Exception:  # noqa: BLE001  # the program's: the session will raise it, too
        return
    kwargs["data"] = data
    del kwargs["json"]


def _part(options: Any, headers: Any, value: Any) -> tuple[bytes, bytes | int]:  # noqa: ANN401  # the library's
    """The headers and data of a field; of files, which are not looked at, the type."""
    is_file = "filename" in options or not isinstance(value, (str, int))
    head = f'content-disposition: form-data; name="{options["name"]}"'
    head += '; filename=""' if is_file else ""
    head += "".join(f"\r\n{name}: {said}" for name, said in headers.items())
    size = len(value) if isinstance(value, (bytes, bytearray)) else 0
    return f"{head}\r\n\r\n".encode(), size if is_file else str(value).encode()


@harmless
def _answered(call: ModelCall, response: Any) -> None:  # noqa: ANN401  # the library's
    call.answered(response.status, response.headers)
    setattr(response, _CALL, call)
    _calls[id(response.content)] = call
    if response.content.at_eof():  # as an answer without a body is
        call.end()


def _read(original: Function) -> Function:
    async def read(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        call = _calls.get(id(self))
        if call is None or call.is_reading:
            return await original(self, *args, **kwargs)
        with call.reading():
            data = await original(self, *args, **kwargs)
        _took(self, call, data)
        return data

    return read


def _read_nowait(original: Function) -> Function:
    def read_nowait(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        call = _calls.get(id(self))
        if call is None or call.is_reading:
            return original(self, *args, **kwargs)
        with call.reading():
            data = original(self, *args, **kwargs)
        _took(self, call, data)
        return data

    return read_nowait


def _took(stream: Any, call: ModelCall, data: bytes | tuple[bytes, bool]) -> None:  # noqa: ANN401  # the library's
    # The session has undone the content encoding, unless it was told not to.
    call.received(data[0] if isinstance(data, tuple) else data, is_decoded=True)
    if stream.at_eof():
        call.end()


def _leave(original: Function) -> Function:
    def leave(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the library's
        call: ModelCall | None = vars(self).get(_CALL)
        if call is not None and not call.is_reading:
            call.cancel()
        return original(self, *args, **kwargs)

    return leave
