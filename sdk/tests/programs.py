"""Programs that use the SDK, run in a process of their own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent.parent / "src"


@dataclass
class Ended:
    """How a program ended."""

    code: int
    out: str
    err: str


@dataclass
class Programs:
    """Runs programs in a folder."""

    folder: Path

    def run(self, source: str, **environment: str) -> Ended:
        script = self.folder / "program.py"
        script.write_text(source, encoding="utf-8")
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CLEARSPAN_", "OTEL_"))
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", str(script)],
            env={
                **inherited,
                "PYTHONPATH": str(SOURCES),
                "CLEARSPAN_SPILL": "off",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)
