"""Builds both distributions, wheel and source, with the built interface inside the server's."""

import subprocess
import sys
from pathlib import Path

from tree import ROOT

STATIC = ROOT / "server/src/clearspan_server/static/index.html"


def build(out: Path) -> list[Path]:
    """Builds into ``out`` and returns the two wheels, the SDK's first."""
    for folder in ("sdk", "server"):
        done = subprocess.run(
            [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), folder],
            cwd=ROOT,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != 0:
            sys.exit(done.stdout)
    return sorted(out.glob("clearspan*.whl"))


def main() -> None:
    """``dist.py OUT``: refuses to build a server without its interface."""
    if not STATIC.is_file():
        sys.exit("The interface is not built: run make web first.")
    out = Path(sys.argv[1]).resolve()
    for wheel in build(out):
        print(f"▸ {wheel.name}  {wheel.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
