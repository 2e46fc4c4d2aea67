"""Who may call through the gateway, where it leads, and what it never does."""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpcore2
import httpx2
import pytest
from typing_extensions import override

from asking import ask, make_key
from clearspan_server.errors import BadInput, NotAllowed, NotFound, StartRefused
from clearspan_server.gateway.addresses import PublicOnly, is_public
from clearspan_server.gateway.providers import PROVIDERS, Providers
from passing import CHAT, Passing
from running import Server

CHAT_PATH = "/v1/chat/completions"
PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),  # noqa: S104
        *("169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
        *(
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fe80::1%eth0",
            "fc00::1",
            "fd00::1",
            "ff02::1",
        ),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a00:1"),
        *("2002:7f00:1::", "2001:db8::1", "2001::1", "fec0::1", "localhost", "0x7f.1", ""),
    ],
)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


class Noting(httpcore2.AsyncNetworkBackend):
    """Connects to nothing, and notes what it was to connect to."""

    def __init__(self) -> None:
        self.connected: list[str] = []

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[object] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.connected.append(host)
        return httpcore2.AsyncMockStream([])


def connect(*answers: Sequence[str]) -> tuple[Noting, int]:
    """What one connection to a name connects to whose addresses change with every question; and how often it asks."""
    inner, asked = Noting(), 0

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        nonlocal asked
        asked += 1
        return answers[min(asked, len(answers)) - 1]

    asyncio.run(PublicOnly(inner, resolve).connect_tcp("api.example.com", 443, timeout=5))
    return inner, asked


def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to() -> None:
    inner, asked = connect([PUBLIC], ["127.0.0.1"])

    assert (inner.connected, asked) == ([PUBLIC], 1)


@pytest.mark.parametrize("addresses", [["169.254.169.254"], [PUBLIC, "10.0.0.1"], ["::1"]])
def test_a_name_that_leads_inside_is_refused(addresses: Sequence[str]) -> None:
    with pytest.raises(NotAllowed) as refused:
        connect(addresses)

    assert addresses[-1] in str(refused.value)


def test_every_row_leads_to_its_host_and_to_no_other_path() -> None:
    providers = Providers()

    for row in PROVIDERS:
        if row.base is not None:
            target = providers.target(f"/{row.name}/v1/x%2Fy")
            assert (target.base.scheme, target.base.port, target.path) == (
                "https",
                443,
                "/v1/x%2Fy",
            )
            assert not target.provider.is_trusted


@pytest.mark.parametrize(
    ("resource", "host"),
    [
        ("mine", "mine.openai.azure.com"),
        ("mine.openai.azure.com", "mine.openai.azure.com"),
        ("Mine.CognitiveServices.azure.com", "mine.cognitiveservices.azure.com"),
        ("a-b.services.ai.azure.com", "a-b.services.ai.azure.com"),
    ],
)
def test_a_resource_of_azure_is_named_in_the_path(resource: str, host: str) -> None:
    target = Providers().target(f"/azure/{resource}/openai/deployments/d/chat/completions")

    assert (target.base.host, target.path) == (host, "/openai/deployments/d/chat/completions")


@pytest.mark.parametrize(
    "resource",
    [
        *("evil.example.com", "mine.openai.azure.com.example.com", "a.b.openai.azure.com"),
        *("127.0.0.1", "mine@evil.com", "mine:8080", "mine%2eevil", "", "openai.azure.com", "-"),
    ],
)
def test_a_host_that_is_none_of_azures_is_refused(resource: str) -> None:
    with pytest.raises(BadInput):
        Providers().target(f"/azure/{resource}/openai/deployments/d/chat/completions")


@pytest.mark.parametrize(
    "path", ["../x", "a/../b", "%2e%2E/x", "a/%2e./b", "..%2fx", "a%5c..%5Cb", "./x", "x/.."]
)
def test_a_path_leads_no_step_up(path: str) -> None:
    with pytest.raises(BadInput):
        Providers().target(f"/openai/{path}")


@pytest.mark.parametrize("name", ["nobody", "", "OPENAI", "openai%2f", "127.0.0.1"])
def test_an_unknown_provider_is_told_who_is_known(name: str) -> None:
    with pytest.raises(NotFound) as refused:
        Providers().target(f"/{name}/v1/models")

    assert "openai" in str(refused.value)


@pytest.mark.parametrize("name", ["ollama", "vllm"])
def test_what_runs_on_ones_own_machines_has_no_address_until_an_operator_enters_one(
    name: str,
) -> None:
    with pytest.raises(NotFound):
        Providers().target(f"/{name}/v1/models")

    target = Providers(f"{name}=http://127.0.0.1:11434/").target(f"/{name}/v1/models")

    assert (target.base.url, target.provider.is_trusted) == ("http://127.0.0.1:11434", True)


@pytest.mark.parametrize(
    "setting",
    [
        *("ollama", "=http://a", "a b=http://a", "a=ftp://a", "a=http://", "a=http://u:p@a"),
        *("a=http://a?x=1", "a=http://a#x", "a=http://a:99999", "a=//a", "a=http://a b"),
    ],
)
def test_a_base_url_that_cannot_be_read_stops_the_start(setting: str) -> None:
    with pytest.raises(StartRefused, match="CLEARSPAN_GATEWAY_URLS"):
        Providers(setting)


def test_in_open_mode_anybody_on_this_machine_may_call_and_a_key_is_checked(
    passing: Passing,
) -> None:
    key = make_key(passing.server, "keyed", "ingest")
    path = f"/gateway/openai{CHAT_PATH}"

    anonymous = ask(passing.server, "POST", path, {"x-clearspan-project": "anybody"}, CHAT)
    keyed = ask(passing.server, "POST", path, {"x-clearspan-key": key}, CHAT)
    unknown = ask(passing.server, "POST", path, {"x-clearspan-key": "cs_0_0"}, CHAT)

    assert (anonymous.status, keyed.status, unknown.status) == (200, 200, 401)
    assert len(passing.spans("anybody")) == 1
    assert len(passing.spans("keyed")) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example.com"},
        {"origin": "https://evil.example.com"},
        {"sec-fetch-site": "cross-site"},
        {"via": "1.1 proxy"},
        {"x-forwarded-for": "192.0.2.1"},
        {"sec-fetch-dest": "document", "sec-fetch-site": "none"},
        {"sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin"},
        {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
    ],
)
def test_pages_and_strangers_are_not_passed_on(passing: Passing, headers: dict[str, str]) -> None:
    answer = ask(passing.server, "GET", "/gateway/openai/v1/models", headers)

    assert answer.status == 403


@pytest.mark.parametrize("name", ["authorization", "x-api-key", "api-key", "x-goog-api-key"])
def test_a_credential_of_ours_goes_to_no_provider(passing: Passing, name: str) -> None:
    key = make_key(passing.server, "mistaken", "ingest")
    before = len(passing.provider.seen.get("/mistaken", ()))

    for presented in (key, f"Bearer {key}", passing.server.token, f"Bearer {passing.server.token}"):
        answer = ask(passing.server, "POST", "/gateway/raw/mistaken", {name: presented}, CHAT)
        assert answer.status == 400
        assert "x-clearspan-key" in answer.says
        assert key not in answer.says

    assert len(passing.provider.seen.get("/mistaken", ())) == before


def raw(server: Server, request: bytes) -> bytes:
    """What a request gets that no client would send."""
    parts = urlsplit(server.url)
    with socket.create_connection((str(parts.hostname), parts.port), timeout=60) as caller:
        caller.sendall(request)
        caller.shutdown(socket.SHUT_WR)
        heard = b""
        while data := caller.recv(65_536):
            heard += data
    return heard


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /gateway/raw/injected HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: 1\rx-evil: 1\r\n\r\n",
        b"GET /gateway/raw/injected HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: \0\r\n\r\n",
        b"GET /gateway/raw/injected HTTP/1.1\r\nhost: 127.0.0.1\r\nx a: 1\r\n\r\n",
        b"GET /gateway/raw/injected\x01 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
        b"GET /gateway/raw/injected HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: "
        + b"a" * 70_000
        + b"\r\n\r\n",
        b"GET /gateway/raw/injected HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        + b"x-a: 1\r\n" * 300
        + b"\r\n",
        (
            b"POST /gateway/raw/injected HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 3\r\n"
            b"transfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /gateway/raw/smuggled HTTP/1.1\r\n\r\n"
        ),
    ],
)
def test_nothing_can_be_injected_into_a_request(passing: Passing, request_bytes: bytes) -> None:
    passing.provider.on(
        "/injected", lambda: iter([b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"])
    )
    before = len(passing.provider.seen.get("/injected", ()))

    heard = raw(passing.server, request_bytes)

    assert heard == b"" or heard.split(b" ")[1] in (b"400", b"431")
    assert len(passing.provider.seen.get("/injected", ())) == before
    assert "/smuggled" not in passing.provider.seen


def test_escaped_line_ends_stay_escaped(passing: Passing) -> None:
    path = "/a%0dx-evil:%201"
    passing.provider.on(path, lambda: iter([b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]))

    answer = httpx2.get(f"{passing.url('raw')}{path}?b=%0d%0ax-evil:1")

    assert answer.status_code == 200
    assert passing.provider.last(path).head.startswith(f"GET {path}?b=%0d%0ax-evil:1 ".encode())


def test_neither_keys_nor_queries_are_on_disk(passing: Passing) -> None:
    path = "/secret/v1/chat/completions"
    passing.provider.on(path, lambda: iter([b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n"]))

    httpx2.post(
        f"{passing.url('raw')}{path}?key=QUERY-SECRET",
        json=CHAT,
        headers={
            "authorization": "Bearer HEADER-SECRET",
            "x-odd": "ODD-SECRET",
            "x-clearspan-project": "secret",
        },
    )

    assert len(passing.spans("secret")) == 1
    for file in (
        passing.server.data,
        passing.server.data.parent / f"{passing.server.data.name}.log",
    ):
        for held in _files(file):
            assert not any(
                secret in held for secret in (b"QUERY-SECRET", b"HEADER-SECRET", b"ODD-SECRET")
            )


def _files(path: Path) -> list[bytes]:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    held = []
    for one in files:
        with suppress(FileNotFoundError):  # what the engine has replaced goes meanwhile
            held.append(one.read_bytes())
    return held
