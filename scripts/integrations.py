"""Runs the programs of docs/integrations, and holds what they recorded against what a simulator billed.

server/tests/test_integrations.py runs those whose library is in the environment of the tests. `make test-clients` runs
the others, each in the environment of a client below server/tests/clients, with this file.
"""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings
from tree import ROOT

PAGES = ROOT / "docs" / "integrations"
PROGRAM_S = 60
MODEL_CALLS = frozenset(("llm", "embedding", "reranker"))
PROGRAM = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PACE = SimulatorSettings(ttft_ms=1, tokens_per_s=0)
_FOREIGN = ("CLEARSPAN_", "OTEL_", "AWS_", "GOOGLE_", "AZURE_", "OPENAI_", "PYTHON")

Json = dict[str, Any]  # OTLP, and the simulator's bill

# Pages whose programs ask a model: the provider that must be recorded.
PROVIDERS = {
    "aiohttp": "openai",
    "anthropic": "anthropic",
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "cohere": "cohere",
    "google-genai": "gcp.gemini",
    "groq": "groq",
    "httpx": "openai",
    "langchain-openai": "openai",
    "mistralai": "mistral_ai",
    "ollama": "ollama",
    "openai": "openai",
    "openai-compatible": "openai",
    "requests": "openai",
}
# Pages whose library is not in the environment of the tests: the client of server/tests/clients in whose it is.
ENVIRONMENTS = {
    "bedrock": "clearspan-boto3",
    "cohere": "clearspan-cohere",
    "google-genai": "clearspan-google-genai",
    "groq": "clearspan-groq",
    "langchain-openai": "clearspan-langchain-openai",
    "mistralai": "clearspan-mistralai",
    "ollama": "clearspan-ollama",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """One program: what it said on stderr, the spans it recorded, and the calls that the simulator billed."""

    code: int
    said: str
    spans: list[Json]
    billed: list[Json]


def programs(page: str) -> list[str]:
    """The programs of a page."""
    return PROGRAM.findall((PAGES / f"{page}.md").read_text(encoding="utf-8"))


def interpreter(page: str) -> str:
    """The Python that has the page's library."""
    client = ENVIRONMENTS.get(page)
    return str(ROOT / ".clients" / client / "bin" / "python") if client else sys.executable


def run(page: str, program: str) -> Ran:
    """Runs a program in a process of its own, with a simulator in the place of every provider."""
    with TemporaryDirectory() as folder, running(_PACE) as simulator:
        recorded = Path(folder) / "spans.jsonl"
        strict = [] if page in ENVIRONMENTS else ["-W", "error"]
        done = subprocess.run(
            [interpreter(page), *strict, "-c", _at(program, simulator)],
            env=_environment(simulator, recorded),
            capture_output=True,
            text=True,
            timeout=PROGRAM_S,
            check=False,
        )
        with urllib.request.urlopen(f"{simulator}/bill", timeout=10) as answer:
            billed = json.load(answer)["calls"]
        lines = recorded.read_text(encoding="utf-8").splitlines() if recorded.exists() else []
    return Ran(
        done.returncode, done.stderr, [span for line in lines for span in _spans(line)], billed
    )


def faults(page: str) -> list[str]:
    """What is wrong with the programs of a page; nothing when they record what they do, and complain of nothing."""
    runs = [run(page, program) for program in programs(page)]
    found = [f"ended with {one.code} and said {one.said}" for one in runs if one.code or one.said]
    if not any(one.spans for one in runs):
        found.append("recorded nothing")
    if page in PROVIDERS:
        found += [fault for one in runs for fault in _misread(one, PROVIDERS[page])]
    return found


def _misread(done: Ran, provider: str) -> list[str]:
    """What differs from the simulator's bill; nothing when every call is recorded once, and as it was."""
    calls = [span for span in done.spans if span["clearspan.kind"] in MODEL_CALLS]
    told = Counter(_counts(span) for span in calls if span["clearspan.kind"] != "reranker")
    billed = Counter((one["usage"]["input"], one["usage"]["output"]) for one in done.billed)
    untold = (billed - told).total()  # providers tell no tokens of ranking
    differing = told - billed or told.total() + untold != len(calls) or not calls
    found = [f"recorded {dict(told)}, billed {dict(billed)}"] if differing else []
    others = {span.get("gen_ai.provider.name") for span in calls} - {provider}
    found += [f"recorded the provider {other}" for other in others]
    found += [f"{span['name']} failed" for span in done.spans if "error.type" in span]
    return found


def _counts(span: Json) -> tuple[int, int]:
    """The tokens of input and of output."""
    return span.get("gen_ai.usage.input_tokens", 0), span.get("gen_ai.usage.output_tokens", 0)


def _at(program: str, simulator: str) -> str:
    """``program`` with the simulator's address in the place of those that it names."""
    return re.sub(r"https://api\.\w+\.\w+|http://127\.0\.0\.1:8000", simulator, program)


def _environment(simulator: str, recorded: Path) -> dict[str, str]:
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(_FOREIGN)}
    keys = ("ANTHROPIC", "AZURE_OPENAI", "CO", "GEMINI", "GROQ", "MISTRAL", "OPENAI")
    return {
        **inherited,
        **{f"{provider}_API_KEY": "simulated" for provider in keys},
        "PYTHONPATH": str(ROOT / "sdk" / "src"),
        "CLEARSPAN_EXPORTERS": "jsonl",
        "CLEARSPAN_FILE": str(recorded),
        "CLEARSPAN_SPILL": "off",
        "CLEARSPAN_STRICT": "1",
        "ANTHROPIC_BASE_URL": simulator,
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": simulator,
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "AZURE_OPENAI_ENDPOINT": simulator,
        "CO_API_URL": simulator,
        "GOOGLE_GEMINI_BASE_URL": simulator,
        "GROQ_BASE_URL": simulator,
        "OLLAMA_HOST": simulator,
        "OPENAI_API_VERSION": "2024-10-21",
        "OPENAI_BASE_URL": f"{simulator}/v1",
    }


def _spans(line: str) -> list[Json]:
    """The spans of a request, each with its name and its attributes that are texts or numbers."""
    return [
        {"name": span["name"], "clearspan.kind": "other", **_plain(span["attributes"])}
        for resource in json.loads(line)["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]


def _plain(attributes: list[Json]) -> Json:
    found = {}
    for one in attributes:
        ((kind, value),) = one["value"].items()
        found[one["key"]] = int(value) if kind == "intValue" else value
    return found


def main(pages: list[str]) -> int:
    """Runs the pages named, or all of other environments, and prints a line each; 1 when any is wrong."""
    wrong = []
    for page in pages or sorted(ENVIRONMENTS):
        found = faults(page)
        print(
            f"{'✗' if found else '✓'} docs/integrations/{page}.md", *found, sep="\n  ", flush=True
        )
        wrong += found
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
