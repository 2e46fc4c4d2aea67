"""The data folder: one process owns it, and says in it where it listens and who may enter."""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from clearspan_server.errors import FolderInUse

CATALOG = "catalog.db"
CHALLENGE_HEADER = "clearspan-challenge"
PROOF_HEADER = "clearspan-proof"

_PEEK_S = 0.02
_PEEKS = 10


@dataclass(slots=True, frozen=True)
class Running:
    """What `run.json` says of the owner. One that is lent ends with the last command that uses it."""

    pid: int
    http: str  # "http://127.0.0.1:PORT"
    grpc: str  # "127.0.0.1:PORT"
    lent: bool = False

    def json(self) -> str:
        said: dict[str, object] = {"pid": self.pid, "http": self.http, "grpc": self.grpc}
        return json.dumps(said | {"lent": True} if self.lent else said)


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
        if not _locked(self._lock):
            os.close(self._lock)
            raise FolderInUse(
                f"another clearspan is using the folder {path}; `clearspan open` prints its address,"
                " `--data` (CLEARSPAN_DATA) names another folder"
            )
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

    def take_back(self, *, waits: bool) -> bool:
        """Whether no command uses what was announced as lent any more; from then on none begins to."""
        handle = os.open(self.run_file, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(handle)
            return False
        return True  # the handle stays open, and the lock goes with the process

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

    Its process may have been killed, and another have its port: who answers there says by a `proof` whether it is it.
    """
    try:
        return _read((path / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


_borrowed: dict[Path, tuple[Running, int]] = {}


def borrowed(path: Path) -> Running | None:
    """As `running`; one that is lent stays for as long as this process lives, or until `give_back`.

    None also when it was lent and is about to end.
    """
    owner = running(path)
    known = _borrowed.get(path)
    if owner is None or not owner.lent or (known and known[0] == owner):
        return owner
    try:
        handle = os.open(path / "run.json", os.O_RDONLY)
    except OSError:
        return None
    with suppress(OSError, ValueError, KeyError, TypeError):
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        owner = _read(os.pread(handle, 4096, 0).decode())
        give_back(path)
        _borrowed[path] = owner, handle
        return owner
    os.close(handle)
    return None


def give_back(path: Path) -> None:
    """Use no longer what was borrowed."""
    if known := _borrowed.pop(path, None):
        os.close(known[1])


def is_owned(path: Path) -> bool:
    """Whether a process has the folder now, announced or not."""
    try:
        handle = os.open(path / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def proof(token: str, challenge: str) -> str:
    """What the owner of a folder answers to a challenge: it shows that it knows the token, and does not tell it."""
    return hmac.new(token.encode(), f"proof:{challenge}".encode(), hashlib.sha256).hexdigest()


def _read(text: str) -> Running:
    said = json.loads(text)
    return Running(
        int(said["pid"]), str(said["http"]), str(said["grpc"]), bool(said.get("lent", False))
    )


def _locked(handle: int) -> bool:
    for _ in range(_PEEKS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # `is_owned` holds it for the moment in which it looks.
            time.sleep(_PEEK_S)
        else:
            return True
    return False


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
