"""Health: `/healthz` the process lives, `/readyz` it can store and query. Open to everybody."""

from fastapi import APIRouter, Request, Response

from clearspan_server.api.pulse import engine_trouble, underived, writer_lag_s
from clearspan_server.api.shapes import Health
from clearspan_server.api.state import State, state_of
from clearspan_server.store.folder import CHALLENGE_HEADER, PROOF_HEADER, proof

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz(request: Request, response: Response) -> Health:
    """The process lives."""
    # Our own commands ask before they tell a token whether this is the server of its data folder.
    if challenge := request.headers.get(CHALLENGE_HEADER):
        response.headers[PROOF_HEADER] = proof(state_of(request).token, challenge)
    return Health(status="ok", checks={}, lag_s=None, underived=None)


@router.get("/readyz")
def readyz(request: Request, response: Response) -> Health:
    """It can accept and it can query; 503 with the failing check otherwise. `lag_s` says how far storing is behind."""
    server = state_of(request)
    checks = {
        "journal": _journal(server),
        "disk": _disk(server),
        "writer": server.writer.trouble
        and "does not store; its log and `clearspan doctor` say why",
        "engine": engine_trouble(server),
        "lists": server.deriving.trouble
        and "are not brought up to date; the server's log says why",
    }
    ready = not any(checks.values())
    response.status_code = 200 if ready else 503
    return Health(
        status="ready" if ready else "failing",
        checks={name: trouble or "ok" for name, trouble in checks.items()},
        lag_s=writer_lag_s(server),
        underived=underived(server),
    )


def _journal(server: State) -> str:
    _, waiting = server.journal.backlog()
    bound = server.settings.max_journal_bytes
    return f"full: {waiting} of {bound} bytes wait" if waiting >= bound else ""


def _disk(server: State) -> str:
    free, least = server.disk.free_bytes(), server.settings.min_free_bytes
    return f"full: {free} bytes are free, below {least}" if free < least else ""
