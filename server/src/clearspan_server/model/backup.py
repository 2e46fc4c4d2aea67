"""A backup of the data folder: where it goes, and how far it is."""

from dataclasses import dataclass
from typing import Literal

BackupState = Literal["running", "done", "failed"]


@dataclass(slots=True)
class Backup:
    """One job; times in nanoseconds since the epoch. `still_ns` is how long nothing was stored meanwhile."""

    id: int
    path: str
    asked_by: str
    created_ns: int
    state: BackupState = "running"
    progress: float = 0.0
    size_bytes: int = 0
    files: int = 0
    still_ns: int = 0
    ended_ns: int | None = None
    error: str = ""
