"""A server whose engine fails on demand, for tests of what happens then; they tell themselves apart by project."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from running import Server, serving


@dataclass(slots=True, frozen=True)
class Drill:
    """The server, and the file that says how its engine is to fail."""

    server: Server
    faults: Path

    def begin(self, **how: object) -> None:
        """Fail so from now on, as `store/faults.py` reads it."""
        self.faults.write_text(json.dumps(how), encoding="utf-8")

    def end(self) -> None:
        """No fault any more."""
        self.begin()


@pytest.fixture(scope="session")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """A server on such an engine; it inserts soon."""
    folder = tmp_path_factory.mktemp("drill")
    faults = folder / "faults.json"
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:  # of this server alone
            patch.setitem(os.environ, "CLEARSPAN_FAULTS", str(faults))
            patch.setitem(os.environ, "CLEARSPAN_BATCH_AGE_MS", "50")
            server = stack.enter_context(serving(folder / "data"))
        yield Drill(server, faults)


@pytest.fixture
def drilled(drill: Drill) -> Iterator[Drill]:
    """The same, without a fault before and after."""
    drill.end()
    yield drill
    drill.end()
