"""The official exporters of Python deliver the same trace, over HTTP and gRPC, under every compression."""

import time

import pytest

from exporting import EXPORTERS, send, whole
from running import Server, settle


@pytest.mark.parametrize("name", EXPORTERS)
def test_an_official_exporter_delivers_the_same_trace(server: Server, name: str) -> None:
    first, project = f"exporter-first-{time.time_ns()}", f"exporter-{time.time_ns()}"

    send(EXPORTERS["http"](server, first))
    send(EXPORTERS[name](server, project))

    settle(server)
    expected = whole(server, first)
    assert whole(server, project) == expected
    assert [span["name"] for span in expected["spans"]] == ["answer", "chat gpt-5", "search"]
