"""Asks the server's API, with the address and key that spans are sent with."""

from __future__ import annotations

from collections.abc import Mapping

from clearspan.errors import warn_once
from clearspan.importing import importing
from clearspan.settings import TRACES_PATH, Settings

JSON_TYPE = "application/json"


def credentials(settings: Settings) -> dict[str, str]:
    """The headers by which the server knows who asks, and for which project."""
    headers = dict(settings.headers)
    if settings.key:
        headers["authorization"] = f"Bearer {settings.key.strip()}"
    if settings.project:
        headers["x-clearspan-project"] = settings.project
    return sendable(headers)


def sendable(headers: Mapping[str, str]) -> dict[str, str]:
    """Those that HTTP allows. The HTTP client would tell the value of any other, which is a secret."""
    found = {name: str(value).strip() for name, value in headers.items()}
    wrong = [name for name, value in found.items() if not (value.isascii() and value.isprintable())]
    for name in wrong:
        del found[name]
        warn_once(f"header {name}", f"the header {name} cannot be sent: its value is no plain text")
    return found


def ask(
    settings: Settings, path: str, body: object = None, timeout_s: float = 10.0
) -> tuple[int, object]:
    """Status and JSON of the answer to a GET, or to a POST of ``body``; None where it is no JSON.

    Raises:
        OSError: nobody answers at the address, or not in time.
    """
    with importing():
        import http.client  # noqa: PLC0415  # slow, and few programs ask
        import json  # noqa: PLC0415  # the same
        from urllib.parse import urlsplit  # noqa: PLC0415  # the same

    address = urlsplit(settings.traces_url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "127.0.0.1", address.port, timeout=timeout_s)
    prefix = address.path.removesuffix(TRACES_PATH).rstrip("/")
    headers = {"accept": JSON_TYPE, "content-type": JSON_TYPE, **credentials(settings)}
    content = None if body is None else json.dumps(body).encode()
    try:
        method = "GET" if body is None else "POST"
        connection.request(method, prefix + path, body=content, headers=headers)
        response = connection.getresponse()
        said = response.read()
    except http.client.HTTPException as error:
        raise ConnectionError(f"{address.hostname}: {error!r}") from error
    finally:
        connection.close()
    try:
        return response.status, json.loads(said)
    except ValueError:
        return response.status, None
