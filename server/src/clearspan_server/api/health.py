"""Health: `/healthz` the process lives, `/readyz` it can store and query. Open to everybody."""

from clickhouse_connect.driver.exceptions import ClickHouseError
from fastapi import APIRouter, Request, Response

from clearspan_server.api.shapes import Health
from clearspan_server.api.state import State, state_of
from clearspan_server.errors import ClearspanError

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Health:
    """The process lives."""
    return Health(status="ok", checks={})


@router.get("/readyz")
def readyz(request: Request, response: Response) -> Health:
    """It can accept and it can query; 503 with the failing check otherwise."""
    server = state_of(request)
    checks = {
        "journal": _journal(server),
        "writer": server.writer.trouble or "ok",
        "engine": _engine(server),
    }
    ready = all(value == "ok" for value in checks.values())
    response.status_code = 200 if ready else 503
    return Health(status="ok" if ready else "failing", checks=checks)


def _journal(server: State) -> str:
    _, waiting = server.journal.backlog()
    bound = server.settings.max_journal_bytes
    return "ok" if waiting < bound else f"full: {waiting} of {bound} bytes wait"


def _engine(server: State) -> str:
    try:
        server.engine.query("select 1")
    except (ClickHouseError, ClearspanError) as error:
        return f"does not answer: {type(error).__name__}"
    return "ok"
