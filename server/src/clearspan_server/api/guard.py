"""What every request passes first: the rules of open mode while it lasts, a request id, security headers."""

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clearspan_server.api.otlp_paths import takes_files, takes_records, takes_texts
from clearspan_server.api.replies import reply_to
from clearspan_server.api.state import State
from clearspan_server.errors import NotAllowed, TooLarge
from clearspan_server.gateway.providers import PREFIX
from clearspan_server.gateway.relay import PASSED_ON
from clearspan_server.ingest.admission import foreign_host, stranger

_SECURITY_HEADERS = (
    (
        "content-security-policy",
        (
            "default-src 'self'; img-src 'self' data: blob:; media-src data:; base-uri 'none';"
            " frame-ancestors 'none'"
        ),
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
)
# OTLP senders have a limit of their own, which can be set; nobody else sends much.
_MAX_BODY_BYTES = 1024 * 1024
_MAX_TEXT_BYTES = 8 * 1024 * 1024  # of what models are asked


class Guard:
    """ASGI middleware; while the server is open it refuses what cannot come from this machine's own user."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # Nothing here speaks it, and a page of another site may open one without asking.
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and PASSED_ON not in scope["state"]:
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                for name, value in _SECURITY_HEADERS:
                    headers.setdefault(name, value)
            await send(message)

        refusal = _refusal(scope) if _is_open(scope) else ""
        if refusal:
            response = reply_to(Request(scope), NotAllowed(refusal))
            await response(scope, receive, send_with_headers)
            return
        if not (
            takes_records(scope["path"]) or takes_files(scope["path"]) or _passes_on(scope["path"])
        ):
            is_long = takes_texts(scope["path"])
            receive = _limited(receive, _MAX_TEXT_BYTES if is_long else _MAX_BODY_BYTES)
        await self._app(scope, receive, send_with_headers)


def _passes_on(path: str) -> bool:
    """Whether a request goes to the gateway, which holds no body in memory."""
    return path.startswith(f"{PREFIX}/")


def _is_open(scope: Scope) -> bool:
    server: State | None = getattr(scope["app"].state, "server", None)
    return server is None or not server.accounts.exist


def _refusal(scope: Scope) -> str:
    headers = Headers(scope=scope)
    if scope["http_version"] == "1.0":
        # nginx, unless it is told otherwise, passes requests on in this form and adds no header that tells of it.
        return "open mode does not answer HTTP/1.0, which proxies speak"
    return foreign_host(headers.get("host", "")) or stranger(headers)


def _limited(receive: Receive, max_bytes: int) -> Receive:
    size = 0

    async def receive_within_limit() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > max_bytes:
            raise TooLarge(f"the body has more than {max_bytes} bytes, which is the limit here")
        return message

    return receive_within_limit
