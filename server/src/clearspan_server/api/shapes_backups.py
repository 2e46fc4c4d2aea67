"""The shapes of backups."""

from typing import Literal

from pydantic import Field

from clearspan_server.api.shapes import Shape


class BackupRequest(Shape):
    """Where the backup goes: the absolute path of a folder on the server's machine, which is not there yet."""

    path: str = Field(min_length=1, max_length=1_000)


class Backup(Shape):
    """A backup: how far it is, and what it holds. For `still_ms` nothing was stored; what came meanwhile waited."""

    id: int
    path: str
    asked_by: str
    state: Literal["running", "done", "failed"]
    created: str
    ended: str | None
    progress: float
    bytes: int
    files: int
    still_ms: int
    error: str


class BackupList(Shape):
    """The newest backups, newest first: those that are remembered in the data folder, also of earlier starts."""

    backups: list[Backup]
