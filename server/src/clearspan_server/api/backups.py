"""`/backups`: a copy of the data folder while it is in use; for admins, as it holds every project and every secret."""

from pathlib import Path

from fastapi import APIRouter, Request

from clearspan_server.api.access import OWNER, author_of
from clearspan_server.api.shapes_backups import Backup, BackupList, BackupRequest
from clearspan_server.api.state import state_of
from clearspan_server.api.window import rfc3339
from clearspan_server.errors import NotFound
from clearspan_server.model import backup

router = APIRouter(prefix="/api/v1/backups", tags=["settings"])


@router.post("", status_code=202, dependencies=[OWNER])
def create_backup(request: Request, asked: BackupRequest) -> Backup:
    """Begin a backup: everything that was acknowledged until now is in it."""
    return _shape(state_of(request).backups.begin(Path(asked.path), author_of(request)))


@router.get("", dependencies=[OWNER])
def list_backups(request: Request) -> BackupList:
    """The newest backups."""
    return BackupList(backups=[_shape(one) for one in state_of(request).backups.newest()])


@router.get("/{backup_id}", dependencies=[OWNER])
def get_backup(request: Request, backup_id: int) -> Backup:
    """One backup, with how far it is."""
    found = state_of(request).backups.find(backup_id)
    if found is None:
        raise NotFound(f"there is no backup {backup_id} that anybody remembers")
    return _shape(found)


def _shape(found: backup.Backup) -> Backup:
    return Backup(
        id=found.id,
        path=found.path,
        asked_by=found.asked_by,
        state=found.state,
        created=rfc3339(found.created_ns),
        ended=None if found.ended_ns is None else rfc3339(found.ended_ns),
        progress=found.progress,
        bytes=found.size_bytes,
        files=found.files,
        still_ms=found.still_ns // 1_000_000,
        error=found.error,
    )
