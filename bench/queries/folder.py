"""The full folder: filled once under bench/.data, kept, and copied for each run, which then adds to it."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from bench.processes import ROOT, Failed
from bench.progress import say
from bench.queries.questions import Known

_KEPT = ROOT / "bench" / ".data"
_SCHEMA = ROOT / "server" / "src" / "clearspan_server" / "store"
_MADE_BY = ("bench/queries/copies.py", "bench/queries/filling.py", "bench/loads/realistic.py")
_OLDEST_S = 12 * 3_600  # windows end now: of a folder that is older they would miss the newest part
_LINKED_BYTES = 65_536
_OF_PARTS = (".bin", ".idx", ".pst", ".dct")


def filled(span_count: int) -> tuple[Path, Known]:
    """A folder with so many spans, and what it holds; filled when there is none of today's layout.

    Raises:
        Failed: it could not be filled.
    """
    home = _KEPT / str(span_count)
    facts = home / "facts.json"
    if facts.exists():
        found = json.loads(facts.read_text(encoding="utf-8"))
        if found["made_from"] == _digest() and time.time() - found["made_s"] < _OLDEST_S:
            return home / "data", Known(**found["known"])
    say(f"queries: filling a folder with {span_count:,} spans, kept in bench/.data for half a day")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    command = [sys.executable, "-m", "bench.queries.filling", str(home / "data"), str(span_count)]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise Failed(f"not filled: bench.queries.filling ended with {done.returncode}")
    found = {"made_from": _digest(), "made_s": time.time(), "known": json.loads(done.stdout)}
    facts.write_text(json.dumps(found), encoding="utf-8")
    return home / "data", Known(**found["known"])


def copied(folder: Path, to: Path) -> Path:
    """The folder once more; the large files of the engine, which it never changes, are shared."""
    shutil.copytree(folder, to, symlinks=True, copy_function=_copy)
    return to


def _copy(source: str, to: str) -> str:
    is_large = Path(source).stat().st_size >= _LINKED_BYTES
    if is_large and Path(source).suffix in _OF_PARTS:
        os.link(source, to)
        return to
    return str(shutil.copy2(source, to))


def _digest() -> str:
    """Of everything that decides what a folder holds."""
    files: Iterable[Path] = [
        *sorted((_SCHEMA / "schema").glob("*.sql")),
        _SCHEMA / "columns.py",
        *(ROOT / name for name in _MADE_BY),
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
