"""What the figures were measured with: machine, versions, commit."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.processes import ROOT

_DISTRIBUTIONS = ("clearspan-server", "chdb", "clickhouse-connect", "pyarrow", "opentelemetry-sdk")


def facts() -> dict[str, str]:
    """One line each, in the order in which they are shown."""
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    memory_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "machine": f"{_cpu()}, {cores} cores, {memory_gib:.0f} GiB",
        "busy before": f"{load:.1f} processes on average of the last minute",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "versions": ", ".join(f"{name} {version(name)}" for name in _DISTRIBUTIONS),
        "commit": _commit(),
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _commit() -> str:
    commit = _git("rev-parse", "--short=10", "HEAD")
    changed = _git("status", "--porcelain", "--", "sdk", "server", "bench", ":!bench/RESULTS.md")
    return f"{commit or 'unknown'}{', with changes that are not committed' if changed else ''}"


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True
    )
    return done.stdout.strip()
