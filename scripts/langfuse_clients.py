"""The quick starts of Langfuse's own clients against a server: only host and keys are changed.

`make test-clients` runs it, `make test-langfuse` it alone, with ARGS=NAME for one; what was found of all is written to
server/tests/clients/LANGFUSE.md.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from client_programs import CLIENTS, ENVIRONMENTS, Client, key_of
from measured import table_lines, where
from running import Server, serving
from test_clients import versions

STEPS = ("traces", "scores", "sessions", "prompts", "datasets", "media")
_PROGRAM_S = 120


def main(names: list[str]) -> int:
    """Runs all, or those named; 1 when any step of one is not done."""
    paths = sorted(CLIENTS.glob("*/*/quick_start.*"))
    wanted = [path for path in paths if not names or path.parent.name in names]
    with TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        done = {path: run(server, path) for path in wanted}
    if not names:
        (CLIENTS / "LANGFUSE.md").write_text(report(done), encoding="utf-8")
    return 0 if done and all(set(STEPS) <= steps for steps in done.values()) else 1


def client_of(path: Path) -> Client:
    """The client of a program."""
    return Client(path.parent.parent.name, path.parent.name)


def run(server: Server, path: Path) -> set[str]:
    """Runs a program in a project of its own; the steps that it did."""
    client = client_of(path)
    kind, public, secret = key_of(
        server, f"quick-{client.language}-{client.name}", "ingest read write"
    ).split("_", 2)
    given = {
        "LANGFUSE_BASE_URL": server.url,
        "LANGFUSE_BASEURL": server.url,
        "LANGFUSE_HOST": server.url,
        "LANGFUSE_PUBLIC_KEY": f"{kind}_{public}",
        "LANGFUSE_SECRET_KEY": secret,
        "PYTHONPATH": str(path.parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    python = str(ENVIRONMENTS / client.name / "bin" / "python")
    runner = "node" if client.language == "node" else python
    done = subprocess.run(
        [runner, path.name],
        cwd=path.parent,
        env=os.environ | given,
        check=False,
        capture_output=True,
        text=True,
        timeout=_PROGRAM_S,
    )
    lines = done.stdout.splitlines()
    steps = {line.removeprefix("did ") for line in lines if line.startswith("did ")}
    missed = [step for step in STEPS if step not in steps]
    print(f"{client.title:32}{'✓' if not missed else f'✗ {missed[0]}'}", flush=True)
    if missed or done.returncode:
        print(done.stdout[-2_000:], done.stderr[-6_000:], flush=True)
    return steps if done.returncode == 0 else set()


def report(done: dict[Path, set[str]]) -> str:
    """The page: which client did which step."""
    head = ["client", "packages", *STEPS]
    rows = [
        [
            client_of(path).title,
            ", ".join(versions(client_of(path))),
            *("✓" if step in steps else "✗" for step in STEPS),
        ]
        for path, steps in done.items()
    ]
    return "\n".join(
        [
            "# Langfuse's clients",
            "",
            "`make test-clients` writes this page. Each client runs its quick start against a server, with nothing",
            "changed but the host and the keys, and reads back through its own API what it wrote.",
            "",
            where(),
            "",
            *table_lines(head, rows),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
