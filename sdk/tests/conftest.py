"""What the SDK's tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import clearspan
from programs import Programs
from receiver import Receiver, serving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that this process does not record to yet; what other tests have left is forgotten."""
    clearspan.init(exporters=[])
    clearspan.flush()
    with serving() as running:
        yield running


@pytest.fixture
def recording(receiver: Receiver) -> Receiver:
    """A server, with this process recording to it."""
    clearspan.init(endpoint=receiver.url, service="tests")
    return receiver


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """Runs programs that use the SDK."""
    return Programs(tmp_path)


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Internal errors are raised, and the machine's own settings do not matter."""
    for name in list(os.environ):
        if name.startswith(("CLEARSPAN_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CLEARSPAN_STRICT", "1")
    monkeypatch.setenv("CLEARSPAN_SPILL", "off")
