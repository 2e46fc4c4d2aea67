"""The data folder: one process owns it, and says in it where it listens and who may enter."""

import fcntl
import json
import os
import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from clearspan_server.errors import FolderInUse

CATALOG = "catalog.db"


@dataclass(slots=True, frozen=True)
class Running:
    """What `run.json` says of the owner."""

    pid: int
    http: str  # "http://127.0.0.1:PORT"
    grpc: str  # "127.0.0.1:PORT"

    def json(self) -> str:
        return json.dumps({"pid": self.pid, "http": self.http, "grpc": self.grpc})


class Folder:
    """An owned data folder (mode 0700). The lock goes with the process, however it ends.

    Raises:
        FolderInUse: another process owns it.
    """

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)
        self.path = path
        self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise FolderInUse(
                f"another clearspan is using the folder {path}; `clearspan open` prints its address,"
                " `--data` (CLEARSPAN_DATA) names another folder"
            ) from error
        self.run_file.unlink(missing_ok=True)
        self.token = self._token()

    @property
    def run_file(self) -> Path:
        return self.path / "run.json"

    def announce(self, running: Running) -> None:
        """Write `run.json`, whole or not at all."""
        partial = self.path / "run.json.new"
        partial.write_text(running.json() + "\n", encoding="utf-8")
        partial.replace(self.run_file)

    def release(self) -> None:
        """Give the folder back."""
        self.run_file.unlink(missing_ok=True)
        os.close(self._lock)

    def _token(self) -> str:
        """The install token, made on the first start."""
        path = self.path / "token"
        known = path.read_text(encoding="utf-8").strip() if path.exists() else ""
        if known:  # an empty file is no token: it would let everybody in
            return known
        token = secrets.token_urlsafe(32)
        partial = (
            self.path / "token.new"
        )  # renamed when whole: an empty token would let everybody in
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(token + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        folder = os.open(self.path, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        return token


def running(path: Path) -> Running | None:
    """Who owns the folder, as its `run.json` says; None when nobody runs.

    Its process may have been killed: a caller that cannot connect takes that for nobody.
    """
    try:
        said = json.loads((path / "run.json").read_text(encoding="utf-8"))
        return Running(int(said["pid"]), str(said["http"]), str(said["grpc"]))
    except (OSError, ValueError, KeyError):
        return None


def has_account(path: Path) -> bool:
    """Whether the folder has an account: a look at the catalog's file alone, for before a server is put together."""
    catalog = path / CATALOG
    if not catalog.exists():
        return False
    with closing(sqlite3.connect(f"{catalog.absolute().as_uri()}?mode=ro", uri=True)) as file:
        try:
            return file.execute("select 1 from accounts limit 1").fetchone() is not None
        except sqlite3.OperationalError:
            return False  # a catalog of before there were accounts
