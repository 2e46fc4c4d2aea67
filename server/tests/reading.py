"""A project for a test: spans go straight into the engine, answers come through the API's routes."""

import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from httpx2 import QueryParams, Response
from starlette.testclient import TestClient

from clearspan_server.api.access import ReadAccess, gate, read_access
from clearspan_server.api.agenda import agenda_of
from clearspan_server.api.sql import console_of
from clearspan_server.app import schema_app
from clearspan_server.model.span import Span
from clearspan_server.store.agenda import Agenda
from clearspan_server.store.columns import to_batch
from clearspan_server.store.console import Console
from clearspan_server.store.derived import Bounds, derive_traces
from clearspan_server.store.engine import Engine

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
# A whole minute some minutes ago: within every default window.
BASE_NS = time.time_ns() // MINUTE_NS * MINUTE_NS - 10 * MINUTE_NS


def trace_id(number: int) -> str:
    """The id of a test's trace."""
    return f"{number:032x}"


def span_id(number: int) -> str:
    """The id of a test's span."""
    return f"{number:016x}"


def span(trace: int, number: int = 1, *, parent: int = 0, **fields: Any) -> Span:
    """A finished span of one second; with a parent, or a root. A trace starts `trace` seconds after the base."""
    values: dict[str, Any] = {
        "start_ns": BASE_NS + trace * SECOND_NS + number * 1_000_000,
        "name": f"step {number}",
        "received_ns": BASE_NS + HOUR_NS,
        "version": 1,
    } | fields
    values.setdefault("end_ns", values["start_ns"] + SECOND_NS)
    return Span(
        project="",  # the reader's
        trace_id=trace_id(trace),
        span_id=span_id(number),
        parent_id=span_id(parent) if parent else "",
        **values,
    )


class Reader:
    """A project of its own name in the engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.project = f"p-{uuid.uuid4().hex}"
        # Which hours of the roll-ups do not hold; without it no roll-up is read.
        self.agenda: Agenda | None = None
        self.may_read = True  # after an answer has begun
        app = schema_app()
        app.dependency_overrides[agenda_of] = lambda: self.agenda
        self.console = Console(engine.target)
        app.dependency_overrides[console_of] = lambda: self.console
        app.dependency_overrides[read_access] = lambda: ReadAccess(
            self.project, engine, holds=lambda: self.may_read
        )
        app.dependency_overrides[gate] = lambda: None
        self._client = TestClient(app, base_url="http://127.0.0.1")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()
        self.console.close()

    def store(self, *spans: Span, silent: Collection[str] = ()) -> None:
        """Store the spans as the writer does, and derive their traces as the lifecycle job does.

        Of the processes in `silent` nothing was heard for long enough to be stalled.
        """
        for one in spans:
            one.project = self.project
        batch = pa.Table.from_batches([to_batch(spans)])
        self.engine.insert("spans", batch, token=uuid.uuid4().hex)
        keys = [(self.project, one.trace_id) for one in spans]
        derive_traces(self.engine, keys, Bounds(silent=frozenset(silent)))

    def get(self, path: str, **asked: object) -> Any:
        """The JSON of a route; a parameter that is a list is given several times."""
        reply = self._client.get(f"/api/v1{path}", params=_params(asked))
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, path: str, body: Any) -> Any:
        """The JSON of a route that is asked by POST."""
        reply = self._client.post(f"/api/v1{path}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post_refused(self, path: str, body: Any) -> tuple[int, str]:
        """The status and the message of a route that refuses what is posted."""
        reply = self._client.post(f"/api/v1{path}", json=body)
        assert reply.status_code >= 400, reply.text
        return reply.status_code, reply.json()["error"]["message"]

    def answer(self, path: str, headers: Mapping[str, str] | None = None) -> Response:
        """Whatever a route answers."""
        return self._client.get(f"/api/v1{path}", headers=headers)

    def text(self, path: str, **asked: object) -> tuple[str, Mapping[str, str]]:
        """The body of a route as text, and its headers."""
        reply = self._client.get(f"/api/v1{path}", params=_params(asked))
        assert reply.status_code == 200, reply.text
        return reply.text, reply.headers

    def refusal(self, path: str, **asked: object) -> tuple[int, str]:
        """The status and the message of a route that refuses."""
        reply = self._client.get(f"/api/v1{path}", params=_params(asked))
        assert reply.status_code >= 400, reply.text
        return reply.status_code, reply.json()["error"]["message"]

    def answers(self, paths: Sequence[str], **asked: object) -> list[tuple[int, Any]]:
        """The status and the JSON of each path, whatever it answers."""
        params = _params(asked)
        replies = [self._client.get(f"/api/v1{path}", params=params) for path in paths]
        return [(reply.status_code, reply.json()) for reply in replies]

    def refusals(self, paths: Sequence[str], **asked: object) -> list[str]:
        """What those of the paths say that refuse."""
        answers = self.answers(paths, **asked)
        return [body["error"]["message"] for status, body in answers if status >= 400]

    def traces(self, **asked: object) -> list[int]:
        """The numbers of the traces that a list gives, in its order."""
        return [int(row["trace_id"], 16) for row in self.get("/traces", **asked)["traces"]]

    def spans(self, **asked: object) -> list[tuple[int, int]]:
        """The numbers of trace and span that a list gives, in its order."""
        rows = self.get("/spans", **asked)["spans"]
        return [(int(row["trace_id"], 16), int(row["span_id"], 16)) for row in rows]


def _params(asked: dict[str, object]) -> QueryParams:
    """`from_` is the parameter `from`, which Python keeps for itself."""
    return QueryParams(
        [
            (name.rstrip("_"), str(one))
            for name, value in asked.items()
            for one in (
                value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
            )
        ]
    )
