"""Checks what no linter knows: rules of this repository about addresses, paths, and the SDK."""

import ast
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tree import ROOT, shown, tracked

# A path of somebody's machine; a service's own folders (/var/lib, /etc, /opt) are not meant.
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|home|Users|root)/[\w.-]+")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|proxy\.golang\.org"
)
PIN = re.compile(r"^([a-z0-9.-]+)==([^\s;\\]+)", re.MULTILINE)
BINARY = (".png", ".woff2", ".ico", ".bin", ".gz", ".xz", ".pb")
SDK_MAY_IMPORT = sys.stdlib_module_names | {"clearspan"}
# Its class has a base of that library, and it is imported by programs that have it.
SDK_MAY_INHERIT = {"sdk/src/clearspan/instrument/langchain_handler.py": "langchain_core"}
THIS_FILE = Path(__file__).resolve()


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The numbered lines of a text file; none of a binary one."""
    if path.suffix not in BINARY and path != THIS_FILE:
        yield from enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)


def machine_paths() -> Iterator[str]:
    """Nothing names a folder of the machine it was written on."""
    for path in tracked():
        for number, line in lines_of(path):
            if found := MACHINE_PATH.search(line):
                yield f"{shown(path)}:{number}: names the machine path {found[0]}"


def registries() -> Iterator[str]:
    """Nothing names a package registry: which one is used is the machine's setting."""
    for path in tracked():
        for number, line in lines_of(path):
            if found := REGISTRY.search(line):
                yield f"{shown(path)}:{number}: names the registry {found[0]}"


def lock_addresses() -> Iterator[str]:
    """Lock files hold versions and hashes, no place to download from."""
    for path in tracked(".lock", "package-lock.json"):
        for number, line in lines_of(path):
            is_download = '"resolved"' in line or path.suffix == ".lock"
            if is_download and "://" in line:
                yield f"{shown(path)}:{number}: names an address"


def stale_locks() -> Iterator[str]:
    """What is asked for is pinned, at a version that was asked for."""
    server = tomllib.loads((ROOT / "server/pyproject.toml").read_text(encoding="utf-8"))
    lines = (ROOT / "requirements/dev.in").read_text(encoding="utf-8").splitlines()
    tools = [bare for line in lines if (bare := line.partition("#")[0].strip())]
    for lock, wanted in (
        ("requirements/server.lock", server["project"]["dependencies"]),
        ("requirements/dev.lock", server["project"]["dependencies"] + tools),
        (
            "server/tests/presidio/requirements.lock",
            server["project"]["optional-dependencies"]["presidio"],
        ),
    ):
        pinned = dict(PIN.findall((ROOT / lock).read_text(encoding="utf-8")))
        for requirement in map(Requirement, wanted):
            version = pinned.get(canonicalize_name(requirement.name), "")
            is_ours = requirement.name == "clearspan"
            if not is_ours and not (version and requirement.specifier.contains(version)):
                yield f"{lock}: has {version or 'nothing'} for {requirement}; run make lock"


def partial_npm_lock() -> Iterator[str]:
    """The npm lock file holds every platform's binaries; npm leaves out what its registry lacks."""
    path = ROOT / "web/package-lock.json"
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"] if path.exists() else {}
    held = {name.rpartition("node_modules/")[2] for name in packages}
    for name, package in packages.items():
        for missing in sorted(set(package.get("optionalDependencies", ())) - held):
            yield f"{shown(path)}: {name} lacks {missing}; npm ci will refuse it"


def sdk_imports() -> Iterator[str]:
    """The SDK runs with the standard library alone."""
    for path in tracked(".py"):
        if shown(path).startswith("sdk/src/"):
            found = imports(path.read_text(encoding="utf-8"))
            known = SDK_MAY_IMPORT | {SDK_MAY_INHERIT.get(shown(path), "clearspan")}
            foreign = [(at, name) for at, name in found if name.split(".")[0] not in known]
            yield from (f"{shown(path)}:{number}: imports {name}" for number, name in foreign)


def licences() -> Iterator[str]:
    """Each distribution carries the repository's licence, word for word."""
    whole = (ROOT / "LICENSE").read_bytes()
    for folder in ("sdk", "server"):
        copy = ROOT / folder / "LICENSE"
        if not copy.is_file() or copy.read_bytes() != whole:
            yield f"{shown(copy)}: is not a copy of LICENSE"


def imports(source: str) -> Iterator[tuple[int, str]]:
    """The line and the full name of every module that a Python file imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


RULES: list[Callable[[], Iterator[str]]] = [
    machine_paths,
    registries,
    lock_addresses,
    stale_locks,
    partial_npm_lock,
    sdk_imports,
    licences,
]


def main() -> int:
    """Prints each fault; 1 when there is any."""
    faults = [fault for rule in RULES for fault in rule()]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
