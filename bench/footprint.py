"""What the SDK takes before it has recorded anything: its import, its wheel, its core.

    python -m bench.footprint

prints milliseconds of the import, bytes of the wheel and lines of the tracer core as JSON.
"""

import compileall
import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import ROOT

RUNS = 15


def seconds(statement: str) -> float:
    """The least time that a new interpreter takes for a statement."""
    found = []
    for _ in range(RUNS):
        begin_s = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        found.append(time.perf_counter() - begin_s)
    return min(found)


def wheel_bytes() -> int:
    """The size of the SDK's wheel, built anew."""
    with TemporaryDirectory(prefix="clearspan-bench-") as folder:
        command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder]
        subprocess.run([*command, str(ROOT / "sdk")], check=True, capture_output=True)
        [wheel] = Path(folder).glob("*.whl")
        return wheel.stat().st_size


def main() -> None:
    """All three."""
    core = ROOT / "sdk" / "src" / "clearspan" / "tracer.py"
    compileall.compile_dir(core.parent, quiet=1)  # as pip does when it installs
    found = {
        "import_ms": (seconds("import clearspan") - seconds("pass")) * 1e3,
        "wheel_bytes": wheel_bytes(),
        "core_lines": len(core.read_text(encoding="utf-8").splitlines()),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
