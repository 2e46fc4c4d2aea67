"""Which headers are passed on: all but those of a single hop, and those that are meant for the gateway.

Source: RFC 9110 §7.6.1 (hop by hop, and what `connection` names), RFC 9112 §6.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from clearspan_server.errors import HeadersTooLarge

Headers = list[tuple[bytes, bytes]]

OURS = b"x-clearspan-"
TRACE_HEADER = b"x-clearspan-trace-id"
# Where providers expect their keys.
PROVIDERS_OWN = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
_MOST_HEADERS = 200
_MOST_BYTES = 64 * 1024
_HOP = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate"),
        *(b"proxy-authorization", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    )
)
# Of requests: the next hop has a host of its own, the waiting for 100 is over, and the trace is told to us alone.
_NOT_SENT = frozenset((b"host", b"expect", b"traceparent", b"tracestate", b"baggage"))
_COOKIE = b"clearspan_"  # how the names of this server's own cookies begin
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?"
)
_MOST_TAGS = 50


@dataclass(slots=True, frozen=True)
class Told:
    """What a caller says of its call in headers; what it does not say is empty."""

    trace_id: str = ""
    parent_id: str = ""
    user: str = ""
    session: str = ""
    feature: str = ""
    tags: tuple[str, ...] = ()
    prompt_name: str = ""
    prompt_version: str = ""
    origin_trace_id: str = ""  # of the span that a request of the playground comes from
    origin_span_id: str = ""


def check(headers: Headers) -> None:
    """Raise HeadersTooLarge for more than a provider would take."""
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > _MOST_HEADERS or size > _MOST_BYTES:
        raise HeadersTooLarge(
            f"{len(headers)} headers have {size} bytes; at most {_MOST_HEADERS} may have {_MOST_BYTES}"
        )


def sent_on(headers: Headers, authority: str) -> Headers:
    """The headers of a request as the provider gets them; their names are in lower case."""
    passed = [(b"host", authority.encode())]
    is_chunked = any(name == b"transfer-encoding" for name, _ in headers)
    for name, value in _of_all_hops(headers, _NOT_SENT):
        if is_chunked and name == b"content-length":
            continue  # RFC 9112 §6.3: it does not count beside the other
        kept = _without_ours(value) if name == b"cookie" else value
        if kept or not value:
            passed.append((name, kept))
    if is_chunked:
        passed.append((b"transfer-encoding", b"chunked"))
    return passed


def with_credential(headers: Headers, credential: tuple[bytes, bytes] | None) -> Headers:
    """The same headers with this key in place of every one that the caller sent."""
    passed = [(name, value) for name, value in headers if name.decode() not in PROVIDERS_OWN]
    return passed if credential is None else [*passed, credential]


def without_key(query: bytes) -> bytes:
    """A query without `key`, in which Gemini takes one."""
    return b"&".join(part for part in query.split(b"&") if not key_in(part))


def key_in(part: bytes) -> str:
    """The key that one parameter of a query holds; "" where it is another parameter."""
    name, _, value = part.partition(b"=")
    return (
        unquote_plus(value.decode("latin-1"))
        if unquote_plus(name.decode("latin-1")) == "key"
        else ""
    )


def sent_back(headers: Iterable[tuple[bytes, bytes]], status: int, trace_id: str) -> Headers:
    """The headers of an answer as the caller gets them; this server dates it anew."""
    left_out = {b"date", b"content-length"} if status in (204, 304) else {b"date"}
    lowered = [(name.lower(), value) for name, value in headers]
    passed = [
        (name, value)
        for name, value in _of_all_hops(lowered, left_out)
        if not (name == b"set-cookie" and value.lstrip().startswith(_COOKIE))
    ]
    return [*passed, (TRACE_HEADER, trace_id.encode())]


def has_body(headers: Headers) -> bool:
    """Whether a request with these headers has a body."""
    named = dict(headers)
    return b"transfer-encoding" in named or named.get(b"content-length", b"0") != b"0"


def told(headers: Headers) -> Told:
    """What the headers of a request say of it."""
    named = dict(headers)
    parent = _TRACEPARENT.fullmatch(_text(named, b"traceparent"))
    prompt, _, version = _own(named, "prompt").partition("@")
    tags = [tag.strip() for tag in _own(named, "tags").split(",")]
    return Told(
        trace_id=parent[1] if parent else "",
        parent_id=parent[2] if parent else "",
        user=_own(named, "user"),
        session=_own(named, "session"),
        feature=_own(named, "feature"),
        tags=tuple(filter(None, tags))[:_MOST_TAGS],
        prompt_name=prompt.strip(),
        prompt_version=version.strip(),
    )


def as_text(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """By name in lower case, for those who read and do not pass on."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _of_all_hops(headers: Headers, left_out: Collection[bytes]) -> Headers:
    named = {
        word.strip().lower()
        for name, value in headers
        if name == b"connection"
        for word in value.split(b",")
    }
    named.discard(b"content-length")  # by which the message is read, whatever is said of it
    return [
        (name, value)
        for name, value in headers
        if not (name in _HOP or name in named or name in left_out or name.startswith(OURS))
    ]


def _without_ours(cookies: bytes) -> bytes:
    """As it came, unless one of them is ours."""
    held = [one.strip() for one in cookies.split(b";")]
    kept = [one for one in held if not one.startswith(_COOKIE)]
    return cookies if kept == held else b"; ".join(kept)


def _own(named: Mapping[bytes, bytes], name: str) -> str:
    """What we are told under a name; letters beyond ASCII may be percent-encoded."""
    return unquote(_text(named, OURS + name.encode())).strip()


def _text(named: Mapping[bytes, bytes], name: bytes) -> str:
    value = named.get(name, b"")
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
