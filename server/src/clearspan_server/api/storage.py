"""`/storage` and `/versions`: what the data folder holds, and what this server is made of."""

import shutil
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from clearspan_server import __version__
from clearspan_server.api.access import INSTALL, ReadAccess, read_access
from clearspan_server.api.shapes_settings import SenderVersion, Storage, StoredTable, Versions
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.ingest.normalise import VERSION
from clearspan_server.query.sdk_versions import DAYS, sdk_versions
from clearspan_server.store.catalog import HEAD
from clearspan_server.store.migrations import MIGRATIONS
from clearspan_server.store.sizes import file_bytes, table_sizes

router = APIRouter(prefix="/api/v1", tags=["settings"])


@router.get("/storage", dependencies=[INSTALL])
def get_storage(request: Request) -> Storage:
    """What the data folder holds, of all projects."""
    server = state_of(request)
    folder = server.settings.data
    tables = table_sizes(server.engine)
    entries, waiting_bytes = server.journal.backlog()
    return Storage(
        folder=str(folder),
        disk_free_bytes=server.disk.free_bytes(),
        disk_total_bytes=shutil.disk_usage(folder).total,
        min_free_bytes=server.settings.min_free_bytes,
        tables=[StoredTable(name=one.name, rows=one.rows, bytes=one.size_bytes) for one in tables],
        engine_bytes=sum(one.size_bytes for one in tables),
        journal_entries=entries,
        journal_bytes=waiting_bytes,
        catalog_bytes=file_bytes(folder / "catalog.db"),
        quarantine_rows=server.quarantine.count(),
        quarantine_bytes=file_bytes(folder / "quarantine.db"),
    )


@router.get("/versions", dependencies=[INSTALL])
def get_versions(
    request: Request,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Versions:
    """What this server is made of, and the libraries that sent spans to a project of late."""
    del asked
    server = state_of(request)
    return Versions(
        server=__version__,
        engine=server.engine.version,
        schema_migration=MIGRATIONS[-1].number,
        catalog_revision=HEAD,
        price_list=server.prices.list.version,
        normaliser=VERSION,
        senders=[
            SenderVersion(
                name=row["library"],
                language=row["language"],
                version=row["library_version"],
                spans=row["spans"],
                last_seen=rfc3339(row["last_ns"]),
            )
            for row in sdk_versions(access.engine, access.project)
        ],
        senders_days=DAYS,
    )
