"""The files of a backup: copied as of one moment, sealed with their hashes, and checked on their way back."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from clearspan_server.errors import StartRefused
from clearspan_server.store.secrets import KEY_FILE

MANIFEST = "backup.json"
_FORM = 1  # of the manifest
_CHUNK = 1024 * 1024
# Files that never change once they are there: copied when everything goes on again.
LATER = ("blobs",)
# Of the process, copied in another way, or what makes secrets readable: whoever has a backup has none of them.
_NOT_COPIED = frozenset(
    (
        "backups.json",
        "backups.json.new",
        "run.json",
        "run.json.new",
        "lock",
        "engine",
        "journal",
        "token.new",
        KEY_FILE,
        f"{KEY_FILE}.new",
        *LATER,
    )
)

Told = Callable[[float], None]


def restore(source: Path, target: Path, told: Told) -> int:
    """Make a data folder of a backup, each file checked; gives how many bytes it has. `told` hears the share done.

    Raises:
        StartRefused: there is no whole backup, or something in the place of the folder.
    """
    files = _manifest(source)
    partial = target.with_name(f"{target.name}.partial")
    if target.exists() and any(target.iterdir()):
        raise StartRefused(f"{target} is not empty; a backup is restored into a new folder")
    if partial.exists():
        raise StartRefused(f"{partial} is in the way: what was not restored whole; delete it")
    partial.mkdir(parents=True, mode=0o700)
    try:
        done = _restored(source, partial, files, told)
        copy_frame(source / "engine", partial / "engine")
        _be_another(partial / "cold.db")
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    if target.exists():
        target.rmdir()
    partial.replace(target)
    return done


def _be_another(cold: Path) -> None:
    """Two data folders would erase what the other reads in cold storage: the new one is not let in as the old one."""
    if cold.exists():
        with closing(sqlite3.connect(cold)) as index, index:
            if index.execute("select 1 from sqlite_master where name = 'owner'").fetchone():
                index.execute("delete from owner")


def has_cold(folder: Path) -> bool:
    """Whether months of a data folder that nobody uses are in cold storage."""
    cold = folder / "cold.db"
    if not cold.exists():
        return False
    with closing(sqlite3.connect(cold)) as index:
        return index.execute("select 1 from months").fetchone() is not None


def _restored(source: Path, partial: Path, files: Mapping[str, tuple[int, str]], told: Told) -> int:
    total = sum(size for size, _ in files.values()) or 1
    done = 0
    for name, (size, digest) in files.items():
        if _copy_hashed(source / name, partial / name) != digest:
            raise StartRefused(f"{source / name} is not what was backed up; nothing was restored")
        done += size
        told(done / total)
    return done


def _manifest(source: Path) -> dict[str, tuple[int, str]]:
    """The files of a backup, none of which is anywhere else: a manifest may be anybody's."""
    try:
        held = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        form = int(held["form"])
        files = {
            str(name): (int(size), str(digest)) for name, (size, digest) in held["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StartRefused(f"{source} is no backup of clearspan: {error}") from error
    if form > _FORM:
        raise StartRefused(f"{source} was made by a newer clearspan, in form {form}")
    root = source.resolve()
    for name in files:
        path = (source / name).resolve()
        if Path(name).is_absolute() or not path.is_relative_to(root):
            raise StartRefused(f"{source} is no backup of clearspan: {name!r} is not in it")
        if not path.is_file():
            raise StartRefused(f"{source} is not whole: {name} is missing")
    return files


def copy_journal(source: Path, target: Path) -> None:
    """Copy the journal: positions before entries: what is behind them is in the engine."""
    target.mkdir()
    for path in (source / "state.db", *sorted(source.glob("[0-9]*.db"))):
        _copy_database(path, target / path.name)


def copy_rest(source: Path, target: Path) -> None:
    """Copy what is beside the journal and the engine."""
    for path in sorted(source.iterdir()):
        if path.name in _NOT_COPIED or path.name.endswith(("-wal", "-shm", "-journal")):
            continue
        if path.is_dir():
            shutil.copytree(path, target / path.name)
        elif path.suffix == ".db":
            _copy_database(path, target / path.name)
        else:
            shutil.copy2(path, target / path.name)


def _copy_database(source: Path, target: Path) -> None:
    """A copy as of one moment, whoever writes meanwhile."""
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=10)) as held,
            closing(sqlite3.connect(target)) as copy,
        ):
            held.backup(copy)
    except sqlite3.OperationalError:
        if source.exists():
            raise
        target.unlink(missing_ok=True)  # a segment of the journal that was needed no more


def copy_frame(source: Path, target: Path) -> None:
    """Copy everything of the engine but the parts: what tables there are, and where."""
    # Files of parts lie deeper: store/abc/UUID/PART/columns.txt.
    levels = [path for level in ("*", "*/*", "*/*/*", "*/*/*/*") for path in source.glob(level)]
    for path in levels:
        within = path.relative_to(source)
        copy = target / within
        is_led_to = any((source / one).is_symlink() for one in within.parents)
        if is_led_to or within.parts[0] in ("shadow", "tmp"):
            continue
        if path.is_symlink():
            if not path.resolve().is_relative_to(source.resolve()):
                continue  # the engine has none that lead elsewhere
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.unlink(missing_ok=True)
            copy.symlink_to(path.readlink())
        elif path.is_file() and path.suffix in (".sql", ".txt") and "mutation_" not in path.name:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def seal(target: Path, created_ns: int) -> tuple[int, int]:
    """Write what the backup holds; from then on it is one. Gives how many files and bytes."""
    files: dict[str, tuple[int, str]] = {}
    for path in _files(target):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        files[str(path.relative_to(target))] = (path.stat().st_size, digest)
    held = {"form": _FORM, "created_ns": created_ns, "files": files}
    with (target / MANIFEST).open("w", encoding="utf-8") as manifest:
        manifest.write(json.dumps(held))
        manifest.flush()
        os.fsync(manifest.fileno())
    return len(files), sum(size for size, _ in files.values())


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def _copy_hashed(source: Path, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as held, target.open("wb") as copy:
        while chunk := held.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    shutil.copymode(source, target)
    return digest.hexdigest()
