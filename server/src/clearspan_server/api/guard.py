"""What every request passes first: the rules of open mode, a request id, security headers."""

import secrets
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clearspan_server.api.replies import error_response
from clearspan_server.errors import NotAllowed, TooLarge

_LOOPBACK = frozenset(("127.0.0.1", "localhost", "[::1]"))
_PROXY_HEADERS = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-forwarded-by",
    "x-real-ip",
)
_SAME_SITE = frozenset(("same-origin", "none"))
_SECURITY_HEADERS = (
    (
        "content-security-policy",
        "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
)
# OTLP senders have a limit of their own, which can be set; nobody else sends much.
_OTLP_PATHS = "/v1/"
_MAX_BODY_BYTES = 1024 * 1024


class Guard:
    """ASGI middleware; refuses what cannot come from this machine's own user, by the rules of open mode."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                for name, value in _SECURITY_HEADERS:
                    headers.setdefault(name, value)
            await send(message)

        refusal = refused(Headers(scope=scope).items())
        if refusal:
            response = error_response(NotAllowed(refusal), request_id)
            await response(scope, receive, send_with_headers)
            return
        if not scope["path"].startswith(_OTLP_PATHS):
            receive = _limited(receive)
        await self._app(scope, receive, send_with_headers)


def _limited(receive: Receive) -> Receive:
    size = 0

    async def receive_within_limit() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > _MAX_BODY_BYTES:
            raise TooLarge(
                f"the body has more than {_MAX_BODY_BYTES} bytes, which is the limit here"
            )
        return message

    return receive_within_limit


def refused(headers: Iterable[tuple[str, str]]) -> str:
    """Why open mode does not answer a request with these headers; "" when it does."""
    by_name = {name.lower(): value for name, value in headers}
    host = by_name.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name.lower() not in _LOOPBACK:
        return f"open mode answers on loopback only; the Host is {host!r}"
    for header in by_name:
        if header in _PROXY_HEADERS or header.startswith("x-forwarded-"):
            return f"open mode does not answer through a proxy; the request has the header {header}"
    site = by_name.get("sec-fetch-site", "none")
    if site not in _SAME_SITE:
        return f"open mode does not answer other sites' pages; Sec-Fetch-Site is {site!r}"
    return ""
