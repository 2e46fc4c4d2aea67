"""A client of Langfuse's API for tests: a key of a project of its own, as Basic credentials."""

import base64
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from asking import Answer, ask, make_key
from running import Server, settle

API = "/api/public"
AT = "2026-11-21T10:00:00.000Z"


@dataclass(slots=True, frozen=True)
class Door:
    """Asks as Langfuse's clients do."""

    server: Server
    project: str
    key: str

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        kind, public, secret = self.key.split("_", 2)
        pair = base64.b64encode(f"{kind}_{public}:{secret}".encode()).decode()
        return ask(self.server, method, f"{API}{path}", {"authorization": f"Basic {pair}"}, body)

    def get(self, path: str, **asked: object) -> Any:
        """The JSON of a list or of one thing, which must be there."""
        answer = self.ask("GET", f"{path}?{urlencode(asked, doseq=True)}")
        assert answer.status == 200, answer.body
        return answer.body

    def send(self, *events: dict[str, Any]) -> Any:
        """Post a batch of events."""
        answer = self.ask("POST", "/ingestion", {"batch": events, "metadata": {}})
        assert answer.status == 207, answer.body
        return answer.body

    def rows(self, count: int, path: str, **asked: object) -> list[dict[str, Any]]:
        """The rows of a list once everything that was sent is stored; there must be so many."""
        settle(self.server)
        found: list[dict[str, Any]] = self.get(path, **asked)["data"]
        assert len(found) == count, found
        return found


def door(server: Server, *scopes: str) -> Door:
    """A client with a key of a new project, which may do everything unless scopes are given."""
    project = f"door-{uuid.uuid4().hex[:12]}"
    return Door(
        server, project, make_key(server, project, *(scopes or ("ingest", "read", "write")))
    )


def event(kind: str, **body: object) -> dict[str, Any]:
    """One event of a batch."""
    return {"id": uuid.uuid4().hex, "type": kind, "timestamp": AT, "body": body}
