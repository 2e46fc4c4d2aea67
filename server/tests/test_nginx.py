"""The lines for nginx in the manual: https in front of a server with accounts, and nothing in front of an open one."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from asking import Headers
from clearspan_server.ingest.admission import DEFAULT_PROJECT
from running import Server, until
from sending import PROTOBUF, request_of, span
from team import ADMIN, PASSWORD, Team

_UNPACKED = Path(__file__).parents[2] / ".nginx" / "usr" / "sbin"  # by scripts/nginx.sh
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:{_UNPACKED}")
pytestmark = pytest.mark.skipif(NGINX is None, reason="there is no nginx on PATH")
MANUAL = Path(__file__).parents[2] / "docs" / "access.md"
MAIN = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{block}
}}
"""


def from_the_manual() -> str:
    found = re.search(r"```nginx\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def certificate(folder: Path) -> None:
    subject = ["-subj", "/CN=clearspan.example.org", "-days", "1", "-nodes", "-newkey", "ec"]
    curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    command = ["openssl", "req", "-x509", *subject, *curve, *files]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


@contextmanager
def in_front(server: Server, folder: Path, block: str) -> Iterator[int]:
    """Nginx with a server block, pointed at our server; its port."""
    block = block.replace("http://127.0.0.1:4318", server.url)
    block = block.replace("/etc/ssl/clearspan", str(folder))
    port, process = until(lambda: begun(folder, block))
    try:
        yield port
    finally:
        process.terminate()
        process.wait(60)


def begun(folder: Path, block: str) -> tuple[int, "subprocess.Popen[bytes]"] | None:
    """Its port and its process; None when somebody else took the port meanwhile."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    block = re.sub(r"listen \d+", f"listen 127.0.0.1:{port}", block)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, block=block), encoding="utf-8")
    command = [str(NGINX), "-p", str(folder), "-e", str(folder / "error.log")]
    process = subprocess.Popen([*command, "-c", str(folder / "nginx.conf")])
    has_port = folder / "pid"  # written once the port is its own
    until(lambda: (has_port.exists() and is_open(port)) or process.poll() is not None)
    return (port, process) if process.poll() is None else None


def is_open(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: object = None,
    headers: Headers | None = None,
) -> tuple[int, Headers, Any]:
    """Status, headers and what can be read of JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json", **(headers or {})}
    connection.request(method, path, data, given)
    answer = connection.getresponse()
    told = {name.lower(): value for name, value in answer.getheaders()}
    if told.get("content-type", "").startswith("text/event-stream"):
        return answer.status, told, answer.readline().decode()
    text = answer.read()
    is_json = told.get("content-type", "").startswith("application/json")
    return answer.status, told, json.loads(text) if is_json and text else None


def test_the_manuals_lines_bring_https_to_a_team(team: Team, tmp_path: Path) -> None:
    certificate(tmp_path)
    trusting = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
    trusting.check_hostname = False  # it is called by its address
    key = {**PROTOBUF, **team.key("ingest", project=DEFAULT_PROJECT)}

    with in_front(team.server, tmp_path, from_the_manual()) as port:
        line = http.client.HTTPSConnection("127.0.0.1", port, context=trusting, timeout=60)
        anonymous = ask(line, "GET", "/api/v1/traces")[0]
        credentials = {"name": ADMIN, "password": PASSWORD}
        signed_in, told, _ = ask(line, "POST", "/api/v1/session", credentials)
        cookie = {"cookie": told["set-cookie"].partition(";")[0]}
        read = ask(line, "GET", "/api/v1/traces", headers=cookie)[0]
        [seen, *_] = ask(line, "GET", "/api/v1/account/sessions", headers=cookie)[2]["sessions"]
        sent = ask(line, "POST", "/v1/traces", request_of([span("through nginx")]), key)[0]
        fed, _, first = ask(line, "GET", "/api/v1/live", headers=cookie)
        line.close()

    assert (anonymous, signed_in, read, sent, fed) == (401, 204, 200, 200, 200)
    assert "Secure" in told["set-cookie"]
    assert (seen["address"], first) == ("127.0.0.1", ": open\n")


@pytest.mark.parametrize("lines", ["the manual's", "none"])
def test_in_front_of_an_open_server_nginx_gets_nothing_through(
    server: Server, tmp_path: Path, lines: str
) -> None:
    certificate(tmp_path)
    bare = "server { listen 80; location / { proxy_pass http://127.0.0.1:4318; } }"
    block = from_the_manual().replace(" ssl;", ";") if lines != "none" else bare
    token = {"authorization": f"Bearer {server.token}"}

    statuses = []
    with in_front(server, tmp_path, block) as port:
        for method, path in (("GET", "/api/v1/traces"), ("GET", "/"), ("POST", "/v1/traces")):
            # One of its own each: what is refused before its body came, nginx may close.
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
                statuses.append(ask(line, method, path, headers=token)[0])

    assert statuses == [403, 403, 403]
