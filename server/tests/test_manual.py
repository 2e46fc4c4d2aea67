"""What the manual shows is run: its programs against a server, its settings against the code."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from clearspan_server.settings import SETTINGS, Settings

ROOT = Path(__file__).resolve().parents[2]
# Those of docs/integrations have a test of their own, test_integrations.py.
PAGES = [
    *("README.md", "sdk/README.md"),
    *sorted(str(page.relative_to(ROOT)) for page in ROOT.glob("docs/*.md")),
]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
VISIBLE_WITHIN_S = 60


@dataclass(slots=True, frozen=True)
class Serving:
    """A server of this test, and what reading it needs."""

    url: str
    token: str

    def traces(self) -> dict[str, dict[str, object]]:
        """The rows of the list of traces, by name."""
        request = urllib.request.Request(
            self.url + "/api/v1/traces", headers={"authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            rows = json.load(answer)["traces"]
        return {row["name"]: row for row in rows}

    def wait_for(self, *names: str) -> dict[str, dict[str, object]]:
        """The rows, once traces of all ``names`` are among them."""
        deadline = time.monotonic() + VISIBLE_WITHIN_S
        while not set(names) <= set(traces := self.traces()):
            assert time.monotonic() < deadline, f"only {sorted(traces)} of {names} are visible"
            time.sleep(0.1)
        return traces


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    data = tmp_path_factory.mktemp("manual") / "data"
    command = [str(Path(sys.executable).parent / "clearspan"), "up", "--json", "--no-browser"]
    with subprocess.Popen(
        [*command, "--port", "0", "--grpc-port", "0", "--data", str(data)],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        yield Serving(ready["http"], (data / "token").read_text(encoding="utf-8").strip())
        server.terminate()


def programs(page: str) -> list[str]:
    return PYTHON.findall((ROOT / page).read_text(encoding="utf-8"))


def start(program: str, url: str) -> subprocess.CompletedProcess[str]:
    """Runs one program of the manual against the server at ``url``, wherever it says it goes."""
    environment = {**os.environ, "CLEARSPAN_ENDPOINT": url, "OTEL_EXPORTER_OTLP_ENDPOINT": url}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program.replace("http://127.0.0.1:4400", url)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("page", [page for page in PAGES if programs(page)])
def test_every_program_of_the_manual_runs_and_complains_about_nothing(
    page: str, serving: Serving
) -> None:
    ended = [start(program, serving.url) for program in programs(page)]

    assert [program.stderr for program in ended] == [""] * len(ended)
    assert {program.returncode for program in ended} == {0}


def test_the_programs_of_the_readme_are_visible_as_traces(serving: Serving) -> None:
    for program in programs("README.md"):
        start(program, serving.url)

    traces = serving.wait_for("hello", "answer", "chat gpt-4o")

    assert traces["answer"]["span_count"] == 3


def test_a_call_sent_with_opentelemetry_has_its_model_tokens_and_cost(serving: Serving) -> None:
    (program,) = [text for text in programs("README.md") if "OTLPSpanExporter" in text]

    start(program, serving.url)
    trace = serving.wait_for("chat gpt-4o")["chat gpt-4o"]

    assert trace["models"] == ["gpt-4o"]
    assert (trace["input_tokens"], trace["output_tokens"]) == (1200, 80)
    assert float(str(trace["total_cost"])) > 0


def test_the_manual_lists_every_setting_and_no_other() -> None:
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    defaults = {field.name: field.default for field in fields(Settings)}

    rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| `")
    ]

    assert [(name, variable, default, meaning) for name, _, variable, default, meaning in rows] == [
        (row.name, row.variable, str(defaults[row.name]), row.help) for row in SETTINGS
    ]
