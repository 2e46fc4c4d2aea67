"""What a provider says when it is asked whether it answers: its list of models, else a call of one token.

Only where the book says it is, below the same rules for addresses as every call, without following redirects, bounded
in time and size; nothing of it is recorded as a call.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass

import orjson

from clearspan_server.errors import BadGateway, ClearspanError
from clearspan_server.gateway.headers import Headers
from clearspan_server.gateway.provider_book import Credential, ProviderBook, ProviderRow, Tested
from clearspan_server.gateway.providers import Form, Provider
from clearspan_server.gateway.upstream import Asking, Upstreams

_WAIT_S = 10.0
_MOST_BYTES = 4 * 1024 * 1024  # of an answer; OpenRouter's list has 600 kB
_MOST_MODELS = 2_000
_MOST_CHARS = 300  # of what it says
_FRESH_S = 300.0
_FAILED_S = 30.0
_NO_LIST = (404, 405, 501)
# Lists that do not lie below the path of OpenAI's form; and what tells a wrong key where anybody has the list.
_LISTS = {"cohere": "/v1/models"}
_LISTS_OF_FORM: dict[Form, str] = {
    "anthropic": "/v1/models?limit=1000",
    "gemini": "/v1beta/models?pageSize=1000",
}
_KEY_TESTS = {"openrouter": "/key"}
_SOME_MODEL: dict[Form, str] = {
    "openai": "gpt-4o-mini",
    "anthropic": "claude-haiku-4-5",
    "gemini": "gemini-2.5-flash",
}
# What stands in the names of models that do not talk: no list tells them apart.
_SILENT = (
    *("embed", "whisper", "tts", "dall-e", "moderation", "rerank", "transcribe", "image"),
    *("realtime", "babbage", "davinci", "sora", "veo", "imagen", "aqa", "audio", "guard"),
)


@dataclass(slots=True, frozen=True)
class _Answer:
    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(slots=True, frozen=True)
class _Found:
    """What a list held, or why there is none; true for one provider with one key until `until_s`."""

    of: tuple[Provider, Credential | None]
    until_s: float
    models: tuple[str, ...] = ()
    error: str = ""


class ProviderChecks:
    """Asks providers with this server's own keys. For the event loop of the gateway."""

    def __init__(self, book: ProviderBook, upstreams: Upstreams) -> None:
        self._book = book
        self._upstreams = upstreams
        self._found: dict[str, _Found] = {}
        self._asking = defaultdict[str, asyncio.Lock](asyncio.Lock)

    async def test(self, name: str) -> Tested:
        """Ask the provider, and remember how that went.

        Raises:
            NotFound: nobody is called so.
        """
        row, begun_s = self._book.row(name), time.monotonic()
        try:
            error = await self._error_of(row)
        except ClearspanError as failure:
            error = failure.message
        took_ms = round((time.monotonic() - begun_s) * 1000)
        tested = Tested(time.time_ns(), not error, took_ms, error)
        self._book.note_test(name, tested)
        return tested

    async def models(self, name: str) -> tuple[str, ...]:
        """What admins named, else what the provider's list holds, asked for at most every five minutes.

        Raises:
            NotFound: nobody is called so.
            BadGateway: it gives no list. NotAllowed: this server has no key for it, or it is switched off.
        """
        row = self._book.row(name)
        if row.is_simulated:
            return row.models
        named = self._book.stored(name)
        if named is not None and named.models:
            return named.models
        async with self._asking[name]:
            found = await self._list(row)
        if found.error:
            raise BadGateway(f"{name} gives no list of its models: {found.error}")
        return found.models

    async def _list(self, row: ProviderRow) -> _Found:
        target = await self._book.target(f"/{row.name}/")
        of = target.provider, self._book.credential(target)
        held = self._found.get(row.name)
        if held is not None and held.of == of and time.monotonic() < held.until_s:
            return held
        error, models = "", tuple[str, ...]()
        try:
            answer = await self._ask(row, "GET", _list_path(row))
            error = "" if answer.is_good else f"it answered {answer.status}"
            models = _names(answer.body) if answer.is_good else ()
        except ClearspanError as failure:
            error = failure.message
        kept_s = _FAILED_S if error else _FRESH_S
        found = self._found[row.name] = _Found(of, time.monotonic() + kept_s, models, error)
        self._book.note_models(row.name, models)
        return found

    async def _error_of(self, row: ProviderRow) -> str:
        """Why the provider does not answer; "" when it does."""
        if row.name in _KEY_TESTS:
            answer = await self._ask(row, "GET", row.base_path + _KEY_TESTS[row.name])
        else:
            answer = await self._ask(row, "GET", _list_path(row))
        if answer.is_good and row.name not in _KEY_TESTS:
            self._book.note_models(row.name, _names(answer.body))
        if answer.status in _NO_LIST:
            answer = await self._ask(row, "POST", *_small_call(row))
        return "" if answer.is_good else f"{answer.status}: {_said(answer.body)}"

    async def _ask(
        self, row: ProviderRow, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> _Answer:
        target = await self._book.located(f"/{row.name}{path.partition('?')[0]}")
        credential = self._book.credential(target)
        data = b"" if body is None else orjson.dumps(body)
        headers: Headers = [
            (b"host", target.base.authority.encode()),
            (b"accept", b"application/json"),
            (b"user-agent", b"clearspan"),
            (b"anthropic-version", b"2023-06-01"),
            *([(b"content-type", b"application/json")] if data else []),
            *([(b"content-length", b"%d" % len(data))] if data else []),
            *([credential] if credential else []),
        ]
        query = path.partition("?")[2].encode()
        sent = _once(data) if data else None
        asking = Asking(method.encode(), target, query, headers, sent)
        try:
            async with asyncio.timeout(_WAIT_S), self._upstreams.answer(asking) as response:
                held = b""
                async for piece in response.aiter_stream():
                    held += piece
                    if len(held) > _MOST_BYTES:
                        raise BadGateway(f"its answer has more than {_MOST_BYTES} bytes")
        except TimeoutError:
            raise BadGateway(f"it did not answer in {_WAIT_S:g} s") from None
        if credential is not None:
            held = held.replace(credential[1].removeprefix(b"Bearer "), b"...")
        return _Answer(response.status, held)


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _list_path(row: ProviderRow) -> str:
    return _LISTS.get(row.name) or _LISTS_OF_FORM.get(row.form) or f"{row.base_path}/models"


def _small_call(row: ProviderRow) -> tuple[str, Mapping[str, object]]:
    """The path and the body of the smallest call."""
    model = row.models[0] if row.models else _SOME_MODEL[row.form]
    if row.form == "gemini":
        told: Mapping[str, object] = {
            "contents": [{"parts": [{"text": "Hi"}]}],
            "generationConfig": {"maxOutputTokens": 1},
        }
        return f"/v1beta/models/{model}:generateContent", told
    call = {"model": model, "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}
    path = "/v1/messages" if row.form == "anthropic" else f"{row.base_path}/chat/completions"
    return path, call


def _names(body: bytes) -> tuple[str, ...]:
    """The models that talk, of a list in any of its forms."""
    held = _json(body)
    rows = held
    if isinstance(held, dict):
        rows = held.get("data", held.get("models"))
    names = (_name(one) for one in rows) if isinstance(rows, list) else ()
    return tuple(sorted(_talking(filter(None, names))))[:_MOST_MODELS]


def _name(one: object) -> str:
    if not isinstance(one, dict):
        return ""
    name = one.get("id") or one.get("name")
    return name.removeprefix("models/")[:200] if isinstance(name, str) else ""


def _talking(names: Iterable[str]) -> set[str]:
    return {name for name in names if not any(word in name.lower() for word in _SILENT)}


def _said(body: bytes) -> str:
    """The provider's own words for what is wrong."""
    held = _json(body)
    for key in ("error", "message", "detail"):
        if isinstance(held, dict) and key in held:
            held = held[key]
    if isinstance(held, list) and held:
        held = held[0]
    text = held if isinstance(held, str) else body.decode("utf-8", "replace")
    return text.strip()[:_MOST_CHARS] or "it said nothing"


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
