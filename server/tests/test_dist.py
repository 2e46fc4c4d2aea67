"""Both wheels, installed into an empty environment without Node, serve the interface."""

import json
import re
import subprocess
import sys
import tarfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = "clearspan_server/static/"

# So that it does not grow unseen. The design asks for 120 000, which `make bench` holds it against.
WHEEL_BYTES = 190_000

pytestmark = pytest.mark.dist


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, ROOT / "scripts/dist.py", out], check=True, cwd=ROOT)
    return out


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment with both wheels and their pinned dependencies."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    # uv, as it unpacks 350 MB in seconds; pip takes a minute and a half.
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin/python")]
    lock = str(ROOT / "requirements/server.lock")
    subprocess.run([*install, "--require-hashes", "-r", lock], check=True)
    subprocess.run([*install, "--no-deps", *map(str, dist.glob("*.whl"))], check=True)
    return folder / "bin"


@pytest.fixture
def address(installed: Path, tmp_path: Path) -> Iterator[str]:
    """Where the installed server answers; nothing but its own folder is on PATH."""
    environment = {"PATH": str(installed), "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    data = tmp_path / "data"
    command: list[str | Path] = [
        installed / "clearspan",
        *("up", "--port", "0", "--grpc-port", "0", "--json", "--data", data),
    ]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        ready = server.stdout.readline()
        try:
            assert ready, "the server ended before it was ready"
            written = json.loads((data / "run.json").read_text(encoding="utf-8"))
            assert written == json.loads(ready)
            yield written["http"]
        finally:
            server.terminate()
            ended_with = server.wait(timeout=120)
    assert ended_with == 0


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        assert answer.status == 200
        body: bytes = answer.read()
        return body.decode()


def wheel(dist: Path, name: str) -> Path:
    (found,) = dist.glob(f"{name}-*.whl")
    return found


def test_the_servers_wheel_holds_the_interface_the_sql_and_the_licence(dist: Path) -> None:
    source = ROOT / "server/src"
    sql = {path.relative_to(source).as_posix() for path in source.rglob("*.sql")}

    with zipfile.ZipFile(wheel(dist, "clearspan_server")) as packed:
        names = set(packed.namelist())

    assert STATIC + "index.html" in names
    assert any(name.startswith(STATIC + "assets/") and name.endswith(".js") for name in names)
    assert sql <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_servers_source_distribution_holds_the_built_interface(dist: Path) -> None:
    (source,) = dist.glob("clearspan_server-*.tar.gz")

    with tarfile.open(source) as packed:
        names = packed.getnames()

    assert any(name.endswith("src/" + STATIC + "index.html") for name in names)


def test_the_sdks_wheel_is_small_and_needs_nothing(dist: Path) -> None:
    packed = wheel(dist, "clearspan")

    with zipfile.ZipFile(packed) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        requires = re.findall(
            r"^Requires-Dist: .*", archive.read(metadata).decode(), flags=re.MULTILINE
        )

    assert requires == []
    assert packed.stat().st_size < WHEEL_BYTES


def test_both_distributions_have_the_same_version() -> None:
    projects = [
        tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for folder in ("sdk", "server")
    ]

    sdk, server = projects

    assert sdk["version"] == server["version"]
    assert f"clearspan=={sdk['version']}" in server["dependencies"]


def test_the_installed_server_serves_the_interface(address: str) -> None:
    page = get(address + "/")

    (script, *_) = re.findall(r'src="(/assets/[^"]+\.js)"', page)

    assert "<title>Clearspan" in page
    assert len(get(address + script)) > 10_000
