"""The peers, each in an environment of its own: how it is started, where it keeps its spans."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.queries.asking import Answers
from bench.queries.phoenix import ask_phoenix


@dataclass(slots=True, frozen=True)
class Launch:
    """Where a peer is started: its Python, a free port, an empty folder."""

    python: Path
    port: int
    folder: Path


@dataclass(slots=True, frozen=True)
class Peer:
    """A program that takes OTLP over HTTP and keeps spans in a table `spans` of an SQLite database."""

    name: (
        str  # of its files beside this one: <name>.txt says the version, <name>.lock pins the rest
    )
    title: str
    distribution: str
    command: Callable[[Launch], list[str]]
    environment: Callable[[Launch], dict[str, str]]
    health: str  # the path that answers once it serves
    headers: dict[str, str]
    database: str  # file in the folder
    # Asks what it stored, given its address and a folder for files: questions that it shares with us.
    ask: Callable[[str, Path], Answers] | None = None


def _phoenix(launch: Launch) -> dict[str, str]:
    return {
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(launch.port),
        "PHOENIX_GRPC_PORT": "0",
        "PHOENIX_WORKING_DIR": str(launch.folder),
        "PHOENIX_TELEMETRY_ENABLED": "false",
        "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
    }


def _mlflow(launch: Launch) -> list[str]:
    address = ["--host", "127.0.0.1", "--port", str(launch.port)]
    database = f"sqlite:///{launch.folder / 'mlflow.db'}"
    files = str(launch.folder / "artifacts")
    command = [str(launch.python), "-m", "mlflow", "server", *address]
    return [*command, "--backend-store-uri", database, "--artifacts-destination", files]


PEERS: tuple[Peer, ...] = (
    Peer(
        name="phoenix",
        title="Phoenix",
        distribution="arize-phoenix",
        command=lambda launch: [str(launch.python), "-m", "phoenix.server.main", "serve"],
        environment=_phoenix,
        health="/healthz",
        headers={},
        database="phoenix.db",
        ask=ask_phoenix,
    ),
    Peer(
        name="mlflow",
        title="MLflow",
        distribution="mlflow",
        command=_mlflow,
        environment=lambda _: {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"},
        health="/health",
        headers={"x-mlflow-experiment-id": "0"},
        database="mlflow.db",
    ),
)
