"""The peers' environments: made on first use from the pins beside this file, and kept."""

import hashlib
import subprocess
import sys
from pathlib import Path

from bench.peers import Peer
from bench.processes import Failed
from bench.progress import say

_HERE = Path(__file__).resolve().parent
_ENVIRONMENTS = _HERE.parent / ".envs"


def python_of(name: str, title: str) -> Path:
    """The interpreter of an environment, which is made when it is missing or its pins have changed.

    Raises:
        Failed: the packages cannot be installed, with the installer's last words.
    """
    lock = _HERE / f"{name}.lock"
    folder = _ENVIRONMENTS / name
    python = folder / "bin" / "python"
    made_from = folder / "made-from"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if made_from.exists() and made_from.read_text(encoding="utf-8") == digest:
        return python
    say(f"{title}: installing it into bench/.envs (the first time only)")
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    _run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)])
    made_from.write_text(digest, encoding="utf-8")
    return python


def version_of(peer: Peer) -> str:
    """The version that is asked for."""
    return (_HERE / f"{peer.name}.txt").read_text(encoding="utf-8").strip().partition("==")[2]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise Failed(f"not installed: {' '.join(errors or done.stderr.splitlines())[-400:]}")
