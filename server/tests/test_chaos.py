"""The short version of `make chaos`: two kills, a failing engine, a full journal, and an account of every span."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_killed_and_failing_and_full_the_server_loses_and_doubles_nothing() -> None:
    options = ["--kills=2", "--seconds=6", "--down-s=8", "--seed=1"]

    done = subprocess.run(
        [sys.executable, "-m", "chaos", *options],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
