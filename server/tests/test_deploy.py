"""The files of deploy/ agree with each other and with the server's defaults."""

import configparser
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from clearspan_server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"


def manifest(path: Path) -> dict[str, Any]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict), path
    return document


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with continued lines joined, comments left out."""
    text = re.sub(
        r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    pairs = [line.split(maxsplit=1) for line in lines if line.strip()]
    return [(word, rest) for word, rest in pairs]


def last_stage() -> list[tuple[str, str]]:
    steps = instructions()
    start = max(index for index, (word, _) in enumerate(steps) if word == "FROM")
    return steps[start:]


def unit() -> configparser.ConfigParser:
    # `strict=False`: systemd allows a key to come twice.
    parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their case
    parser.read(DEPLOY / "systemd/clearspan.service", encoding="utf-8")
    return parser


def pod() -> dict[str, Any]:
    spec: dict[str, Any] = manifest(KUBERNETES / "statefulset.yaml")["spec"]["template"]["spec"]
    return spec


def test_every_instruction_of_the_dockerfile_is_one_that_docker_knows() -> None:
    known = {
        *("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM"),
        *("HEALTHCHECK", "RUN", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    }

    used = {word for word, _ in instructions()}

    assert used <= known


def test_the_dockerfile_copies_only_what_the_repository_holds() -> None:
    copies = [rest for word, rest in instructions() if word == "COPY" and "--from" not in rest]

    sources = [source for rest in copies for source in rest.split()[:-1]]

    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_build_context_leaves_out_what_a_build_makes_itself() -> None:
    rules = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split("\n")

    assert {"*", "**/node_modules", "server/src/clearspan_server/static"} <= set(rules)


def test_base_images_are_pinned_to_a_release() -> None:
    images = [rest.split()[0] for word, rest in instructions() if word == "FROM"]

    assert len(images) == 3
    assert all(re.search(r":\d[\w.-]+$", image) for image in images)


def test_the_image_runs_as_an_ordinary_user_with_its_own_folder() -> None:
    steps = last_stage()

    words = [word for word, _ in steps]
    user = dict(steps)["USER"]

    assert user == "10001:10001"
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert dict(steps)["VOLUME"] in dict(steps)["ENV"]


def test_the_image_installs_nothing_that_is_not_pinned() -> None:
    installs = [rest for word, rest in instructions() if word == "RUN" and "pip install" in rest]

    assert installs
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)


def test_the_image_starts_the_server_and_asks_for_its_health() -> None:
    steps = dict(last_stage())

    assert steps["ENTRYPOINT"] == '["clearspan"]'
    assert steps["CMD"].startswith('["up"')
    assert f":{Settings().port}/healthz" in steps["HEALTHCHECK"]
    assert steps["EXPOSE"] == str(Settings().port)


def test_everybody_runs_the_image_of_this_version() -> None:
    project = tomllib.loads((ROOT / "server/pyproject.toml").read_text(encoding="utf-8"))["project"]
    image = f"clearspan:{project['version']}"

    compose = manifest(DEPLOY / "compose.yaml")["services"]["clearspan"]["image"]
    kubernetes = pod()["containers"][0]["image"]
    guide = (DEPLOY / "README.md").read_text(encoding="utf-8")

    assert compose == kubernetes == image
    assert f"-t {image} " in guide


@pytest.mark.parametrize("where", ["compose", "kubernetes", "systemd"])
def test_there_is_time_to_drain_the_journal(where: str) -> None:
    compose = manifest(DEPLOY / "compose.yaml")["services"]["clearspan"]["stop_grace_period"]
    grace_s = {
        "compose": int(compose.removesuffix("s")),
        "kubernetes": int(pod()["terminationGracePeriodSeconds"]),
        "systemd": int(unit()["Service"]["TimeoutStopSec"]),
    }[where]

    assert grace_s > Settings().drain_s


def test_compose_shares_the_hosts_loopback_and_publishes_nothing() -> None:
    service = manifest(DEPLOY / "compose.yaml")["services"]["clearspan"]

    assert service["network_mode"] == "host"
    assert "ports" not in service
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_compose_keeps_the_data_in_a_named_volume_at_the_images_folder() -> None:
    compose = manifest(DEPLOY / "compose.yaml")

    name, _, target = compose["services"]["clearspan"]["volumes"][0].partition(":")

    assert name in compose["volumes"]
    assert target == dict(last_stage())["VOLUME"]


def test_kubernetes_applies_every_manifest_in_one_namespace() -> None:
    kustomization = manifest(KUBERNETES / "kustomization.yaml")
    files = sorted(path.name for path in KUBERNETES.glob("*.yaml"))
    namespace = manifest(KUBERNETES / "namespace.yaml")["metadata"]["name"]

    assert sorted([*kustomization["resources"], "kustomization.yaml"]) == files
    assert kustomization["namespace"] == namespace
    assert manifest(KUBERNETES / "statefulset.yaml")["metadata"]["namespace"] == namespace


def test_the_stateful_set_finds_its_own_pods() -> None:
    spec = manifest(KUBERNETES / "statefulset.yaml")["spec"]

    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
    assert spec["replicas"] == 1


def test_the_pod_mounts_only_volumes_that_exist() -> None:
    spec = manifest(KUBERNETES / "statefulset.yaml")["spec"]
    claims = {claim["metadata"]["name"] for claim in spec["volumeClaimTemplates"]}
    volumes = claims | {volume["name"] for volume in pod()["volumes"]}

    mounts = {mount["name"]: mount["mountPath"] for mount in pod()["containers"][0]["volumeMounts"]}
    data = next(
        entry["value"]
        for entry in pod()["containers"][0]["env"]
        if entry["name"] == "CLEARSPAN_DATA"
    )

    assert set(mounts) == volumes
    assert data.startswith(mounts["data"] + "/")


def test_the_pod_is_as_restricted_as_its_namespace_demands() -> None:
    container = pod()["containers"][0]["securityContext"]

    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert f"{pod()['securityContext']['runAsUser']}:10001" == dict(last_stage())["USER"]
    assert pod()["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["allowPrivilegeEscalation"] is False
    assert container["readOnlyRootFilesystem"] is True
    assert container["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize(
    ("probe", "route"),
    [("livenessProbe", "healthz"), ("startupProbe", "healthz"), ("readinessProbe", "readyz")],
)
def test_a_probe_asks_inside_the_pod(probe: str, route: str) -> None:
    command = pod()["containers"][0][probe]["exec"]["command"]

    compile(command[2], probe, "exec")
    assert command[:2] == ["python", "-c"]
    assert f"http://127.0.0.1:{Settings().port}/{route}" in command[2]


def test_the_unit_has_its_sections_and_starts_the_server() -> None:
    parsed = unit()

    assert parsed.sections() == ["Unit", "Service", "Install"]
    assert " up" in parsed["Service"]["ExecStart"]
    assert parsed["Service"]["ExecStart"].startswith("/")
    assert parsed["Service"]["RestartPreventExitStatus"] == "2"


def test_the_unit_writes_only_to_its_state_folder() -> None:
    service = unit()["Service"]

    assert service["Environment"] == f"CLEARSPAN_DATA=/var/lib/{service['StateDirectory']}"
    assert service["StateDirectoryMode"] == "0700"
    assert service["ProtectSystem"] == "strict"


@pytest.mark.parametrize(
    "switch", ["DynamicUser", "NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictNamespaces"]
)
def test_the_unit_is_hardened(switch: str) -> None:
    assert unit()["Service"][switch] == "yes"


def test_nothing_here_listens_beyond_loopback() -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for path in DEPLOY.rglob("*")
        if path.is_file() and path.suffix != ".md"
    ]

    assert not any("0.0.0.0" in text or "CLEARSPAN_HOST" in text for text in texts)  # noqa: S104  # a search for it
