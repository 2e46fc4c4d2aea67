"""The command line for a test: the real command in a process of its own, against a server or a folder."""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it brings none

from clearspan_server.cli.schemas import SCHEMAS
from running import START_S, Server

_OPENAPI = Path(__file__).parents[1] / "openapi.json"


@dataclass(slots=True, frozen=True)
class Ran:
    """What a command has printed, and what it ended with."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(
    where: Server | Path, *args: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> Ran:
    """Run `clearspan ARGS` on the folder of a server, or on a folder that nobody serves; output is no terminal.

    What a person's own environment says of servers, projects and colours does not count; `env` is added.
    """
    data = where if isinstance(where, Path) else where.data
    done = subprocess.run(
        [sys.executable, "-m", "clearspan_server", *args],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=START_S,
        check=False,
        env=_clean() | {"CLEARSPAN_DATA": str(data)} | dict(env or {}),
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def run_json(
    where: Server | Path, command: str, *args: str, env: Mapping[str, str] | None = None
) -> Any:
    """The one document that `clearspan COMMAND ARGS --json` prints, held to the schema that it is documented with."""
    ran = run(where, *command.split(), *args, "--json", env=env)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    holds(command, found)
    return found


def holds(command: str, document: object) -> None:
    """Fail where a document is not of the schema of the command."""
    _validator(SCHEMAS[command]).validate(document)


@functools.cache
def _validator(component: str) -> Draft202012Validator:
    components = json.loads(_OPENAPI.read_text(encoding="utf-8"))["components"]
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{component}", "components": components}
    )


def _clean() -> dict[str, str]:
    colours = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CLEARSPAN_") and name not in colours
    }
