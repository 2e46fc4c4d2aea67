"""Files beside traces: announced by their hash, put to an address that is good for one of them, and fetched again."""

import base64
import hashlib
import http.client
from typing import Any
from urllib.parse import urlsplit

import pytest

from langfusing import Door, door
from running import Server

PNG = b"\x89PNG\r\n\x1a\n and some more"


@pytest.fixture
def asked(server: Server) -> Door:
    return door(server)


def announced(asked: Door, content: bytes, kind: str = "image/png", **more: object) -> Any:
    sent = {
        "contentType": kind,
        "contentLength": len(content),
        "sha256Hash": base64.b64encode(hashlib.sha256(content).digest()).decode(),
        "field": "input",
        "traceId": "a trace of mine",
        **more,
    }
    answer = asked.ask("POST", "/media", sent)
    assert answer.status == 201, answer.body
    return answer.body


def at(url: str, method: str, content: bytes | None = None) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of an answer to somebody without credentials."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    connection.request(method, f"{parts.path}?{parts.query}", content)
    answer = connection.getresponse()
    found = answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
    connection.close()
    return found


def test_a_file_comes_back_as_it_was_put(asked: Door) -> None:
    told = announced(asked, PNG)

    status, _, _ = at(told["uploadUrl"], "PUT", PNG)
    asked.ask("PATCH", f"/media/{told['mediaId']}", {"uploadHttpStatus": status})
    known = asked.get(f"/media/{told['mediaId']}")
    fetched, content, headers = at(known["url"], "GET")

    digest = base64.urlsafe_b64encode(hashlib.sha256(PNG).digest()).decode()
    assert (status, told["mediaId"]) == (200, digest[:22])
    assert (known["contentType"], known["contentLength"]) == ("image/png", len(PNG))
    assert (fetched, content, headers["content-type"]) == (200, PNG, "image/png")
    assert headers["content-disposition"] == "attachment"


def test_a_file_that_is_here_is_not_asked_for_again(asked: Door) -> None:
    at(announced(asked, PNG)["uploadUrl"], "PUT", PNG)

    assert announced(asked, PNG, traceId="another")["uploadUrl"] is None


@pytest.mark.parametrize(
    ("content", "status"), [(PNG[:-1], 400), (PNG[:-1] + b"!", 400), (PNG + b"!", 413)]
)
def test_other_bytes_than_those_announced_are_refused(
    asked: Door, content: bytes, status: int
) -> None:
    told = announced(asked, PNG)

    assert at(told["uploadUrl"], "PUT", content)[0] == status
    assert asked.ask("GET", f"/media/{told['mediaId']}").status == 404


@pytest.mark.parametrize(
    ("old", "new"), [("signature=", "signature=0"), ("until=", "until=9"), ("of=door", "of=other")]
)
def test_an_address_is_good_for_what_it_was_given_for(asked: Door, old: str, new: str) -> None:
    url = announced(asked, PNG)["uploadUrl"]

    assert at(url.replace(old, new), "PUT", PNG)[0] == 403
    assert at(url, "GET")[0] == 403


def test_a_file_of_another_project_is_not_there(asked: Door, server: Server) -> None:
    told = announced(asked, PNG)
    at(told["uploadUrl"], "PUT", PNG)

    assert door(server).ask("GET", f"/media/{told['mediaId']}").status == 404


def test_a_file_that_is_text_is_redacted(asked: Door) -> None:
    told = announced(asked, b"write to ann@example.org", "text/plain; charset=utf-8")

    at(told["uploadUrl"], "PUT", b"write to ann@example.org")
    known = asked.get(f"/media/{told['mediaId']}")

    assert at(known["url"], "GET")[1] == b"write to [redacted:email]"
    blobs = asked.server.data / "blobs" / f"of-{asked.project}"
    assert [one.read_bytes() for one in blobs.glob("*/*")] == [b"write to [redacted:email]"]


def test_a_hash_that_is_none_is_refused(asked: Door) -> None:
    sent = {"contentType": "image/png", "contentLength": 1, "sha256Hash": "x", "field": "input"}

    answer = asked.ask("POST", "/media", sent)

    assert (answer.status, "sha256Hash 'x'" in answer.body["message"]) == (400, True)


def test_what_was_announced_wrongly_can_be_announced_again(asked: Door) -> None:
    announced(asked, PNG, contentLength=3)

    told = announced(asked, PNG)

    assert at(told["uploadUrl"], "PUT", PNG)[0] == 200


def test_a_file_over_the_limit_is_refused_before_it_comes(asked: Door) -> None:
    sent = {"contentType": "image/png", "contentLength": 10**12, "field": "input"}
    digest = base64.b64encode(hashlib.sha256(PNG).digest()).decode()

    answer = asked.ask("POST", "/media", {**sent, "sha256Hash": digest})

    assert (answer.status, "1000000000000" in answer.body["message"]) == (413, True)
