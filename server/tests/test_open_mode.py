"""Open mode answers this machine's own user and nobody else: not proxies, other sites or names that were bent."""

import socket
from urllib.parse import urlsplit

import pytest

from asking import Headers, ask, bearer
from running import Server

LOCAL = "127.0.0.1:4318"
REFUSED: dict[str, Headers] = {
    # A page of another site, whose name was made to mean 127.0.0.1 after it was loaded.
    "dns rebinding": {"host": "evil.example"},
    "dns rebinding with our port": {"host": "evil.example:4318"},
    "a name that begins like ours": {"host": "127.0.0.1.evil.example:4318"},
    "a name that ends like ours": {"host": "evil-localhost:4318"},
    "another address of loopback": {"host": "127.0.0.2:4318"},
    "loopback as a number": {"host": "2130706433:4318"},
    "any address": {"host": "0.0.0.0:4318"},
    "no name": {"host": ""},
    "another address, IPv6": {"host": "[2001:db8::1]:4318"},
    "mapped into IPv6": {"host": "[::ffff:192.0.2.1]:4318"},
    # nginx with the lines that every guide has.
    "nginx, usual lines": {
        "host": "traces.example.org",
        "x-real-ip": "192.0.2.7",
        "x-forwarded-for": "192.0.2.7",
        "x-forwarded-proto": "https",
        "connection": "close",
    },
    "nginx, only the real address": {"host": LOCAL, "x-real-ip": "192.0.2.7"},
    "Caddy and Traefik": {
        "host": LOCAL,
        "x-forwarded-for": "192.0.2.7",
        "x-forwarded-host": "traces.example.org",
        "x-forwarded-proto": "https",
    },
    "Apache": {"host": LOCAL, "x-forwarded-server": "traces.example.org"},
    "the standard's header": {"host": LOCAL, "forwarded": "for=192.0.2.7;proto=https"},
    "a cache": {"host": LOCAL, "via": "1.1 varnish"},
    "another site": {"host": LOCAL, "sec-fetch-site": "cross-site"},
    "another port of this machine": {"host": LOCAL, "sec-fetch-site": "same-site"},
    "a value that nobody knows": {"host": LOCAL, "sec-fetch-site": "sideways"},
    "another site, older browser": {"host": LOCAL, "origin": "https://evil.example"},
    "a page without an origin": {"host": LOCAL, "origin": "null"},
    "a live feed for another site": {
        "host": LOCAL,
        "accept": "text/event-stream",
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "cors",
    },
}
ANSWERED: dict[str, Headers] = {
    "a program": {"host": LOCAL},
    "by name": {"host": "localhost:4318"},
    "by name, shouted": {"host": "LOCALHOST:4318"},
    "without a port": {"host": "127.0.0.1"},
    "IPv6": {"host": "[::1]:4318"},
    "IPv6 without a port": {"host": "[::1]"},
    "our own page": {"host": LOCAL, "sec-fetch-site": "same-origin", "origin": f"http://{LOCAL}"},
    "typed into the address bar": {"host": LOCAL, "sec-fetch-site": "none"},
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_come_from_this_machines_user_is_refused_with_the_token_too(
    server: Server, what: str
) -> None:
    told = {**bearer(server.token), **REFUSED[what]}

    for path in ("/api/v1/traces", "/api/v1/live", "/healthz", "/", "/v1/traces", "/api/v1/me"):
        answer = ask(server, "GET", path, told)

        assert answer.status == 403, path
        assert "open mode" in answer.says


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_come_from_this_machines_user_sends_nothing(server: Server, what: str) -> None:
    answer = ask(server, "POST", "/v1/traces", REFUSED[what], {})

    assert answer.status == 403


@pytest.mark.parametrize("what", ANSWERED)
def test_this_machines_user_is_answered(server: Server, what: str) -> None:
    told = {**bearer(server.token), **ANSWERED[what]}

    assert ask(server, "GET", "/api/v1/traces", told).status == 200


def raw(server: Server, lines: list[str]) -> str:
    """The first line of the answer to a request that is written by hand."""
    parts = urlsplit(server.url)
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=60) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return line.recv(4096).decode().partition("\r\n")[0]


def test_nginx_without_any_line_about_headers_is_refused_by_how_it_speaks(server: Server) -> None:
    # Its defaults until 1.29: HTTP/1.0, the upstream's own name as Host, and nothing about the caller.
    request = ["GET /api/v1/traces HTTP/1.0", f"Host: {LOCAL}", "Connection: close"]

    assert " 403 " in raw(server, [*request, f"Authorization: Bearer {server.token}"])


def test_no_page_opens_a_web_socket(server: Server) -> None:
    asked = [
        "GET /ws HTTP/1.1",
        f"Host: {LOCAL}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Origin: https://evil.example",
    ]

    assert " 403 " in raw(server, asked)
