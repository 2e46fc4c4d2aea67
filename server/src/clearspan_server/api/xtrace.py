"""What xtrace's clients ask: batches of traces and of metrics in, and how often a key was slowed down.

Their reads are Langfuse's: `api/langfuse….py` answers both. Source: lipish/xtrace, `www/api` and `src/http`.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from clearspan_server.api.access import KNOWN, caller_of, ingest_access
from clearspan_server.api.otlp import receipt_of
from clearspan_server.api.otlp_paths import XTRACE
from clearspan_server.api.state import state_of
from clearspan_server.errors import BadInput
from clearspan_server.ingest import receive
from clearspan_server.ingest.admission import IngestAccess

router = APIRouter(tags=["xtrace"])

_TAKEN = "Request Successful."
_SHOWN_CHARS = 4  # of a key's id


async def post_xtrace_batch(
    request: Request, access: Annotated[IngestAccess, Depends(ingest_access)]
) -> dict[str, Any]:
    """A batch, answered once everything accepted is on disk; `data` tells what was not accepted, if anything."""
    client = request.client
    asked = receive.Request(
        signal=XTRACE[request.scope["path"].rstrip("/")],
        protocol="http/xtrace",
        encoding=request.headers.get("content-encoding", ""),
        access=access,
        address=client.host if client else "",
    )
    receipt = await receipt_of(request, asked, state_of(request))
    # Shielded: the entry is on its way to the disk, whoever goes away.
    await asyncio.shield(asyncio.wrap_future(receipt.durable))
    if receipt.rejected and not receipt.accepted:
        raise BadInput(receipt.reasons)
    if receipt.rejected:
        return {
            "message": _TAKEN,
            "data": {"rejected": receipt.rejected, "reasons": receipt.reasons},
        }
    return {"message": _TAKEN}


for path, signal in XTRACE.items():
    router.add_api_route(path, post_xtrace_batch, methods=["POST"], name=f"post_xtrace_{signal}")


@router.get("/api/internal/rate_limit_stats", dependencies=[KNOWN])
def get_rate_limit_stats(request: Request) -> dict[str, Any]:
    """How many reads of keys were let by and how many were not, since the start, and whose the latter were.

    A key hears of itself alone.
    """
    caller = caller_of(request)
    own = caller.key.id if caller.key else ""
    counts = state_of(request).read_rates.counts()
    total = counts.allowed + counts.rejected
    return {
        "rate_limit_qps": counts.per_s,
        "rate_limit_burst": counts.burst,
        "total_allowed": counts.allowed,
        "total_rejected": counts.rejected,
        "rejection_rate": counts.rejected / total if total else 0.0,
        "top_rejected_tokens": [
            {"token": f"{key_id[:_SHOWN_CHARS]}…", "count": count}
            for key_id, count in counts.most_rejected
            if caller.role is not None or key_id == own
        ],
    }
