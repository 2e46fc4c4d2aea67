"""How Claude Code and Codex are run, without anybody at the keyboard, and told where to tell what they do."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from client_programs import CLIENTS

REPOSITORY = "acme/shop"
PROMPTS = {
    "turns": ("cat README.md", "cat NOTES.md"),
    "spans": ("cat README.md",),
    "refused": ("rm README.md",),
    "failed": ("cat README.md",),
}
MODEL_OF = {"claude-code": "claude-sonnet-4-5", "codex": "gpt-5"}
_SESSION = str(uuid.UUID(int=7, version=4))


@dataclass(frozen=True, slots=True)
class Given:
    """Where an agent keeps its things, whom it tells, who is its model, and the key of its project."""

    home: Path
    url: str
    grpc: str
    model_url: str
    key: str


@dataclass(frozen=True, slots=True)
class Agent:
    """A coding agent: what it is given before it runs, and how it is asked."""

    name: str
    scenarios: tuple[str, ...]
    prepare: Callable[[Given, str], dict[str, str]]  # its environment
    commands: Callable[[str], list[list[str]]]


def _program(name: str, program: str) -> str:
    return str(CLIENTS / "node" / name / "node_modules" / ".bin" / program)


def _model(agent: str, scenario: str) -> str:
    return "none-such" if scenario == "failed" else MODEL_OF[agent]


def _claude_code(given: Given, scenario: str) -> dict[str, str]:
    told = {
        "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": given.url,
    }
    if scenario == "spans":
        told |= {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{given.grpc}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA": "1",
            "OTEL_TRACES_EXPORTER": "otlp",
        }
    return told | {
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_HEADERS": f"Authorization=Bearer {given.key}",
        "OTEL_LOG_USER_PROMPTS": "1",
        "OTEL_LOG_TOOL_DETAILS": "1",
        "OTEL_RESOURCE_ATTRIBUTES": f"vcs.repository.name={REPOSITORY}",
        "ANTHROPIC_BASE_URL": given.model_url,
        "ANTHROPIC_API_KEY": "none",
        "CLAUDE_CONFIG_DIR": str(given.home / ".claude"),
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_ERROR_REPORTING": "1",
        "DISABLE_TELEMETRY": "1",
    }


def _ask_claude_code(scenario: str) -> list[list[str]]:
    program = [_program("claude-code", "claude"), "--model", _model("claude-code", scenario)]
    allowed = ["--tools", "Bash", "--allowedTools", "Bash(cat:*)"]
    sessions = [["--session-id", _SESSION], ["--resume", _SESSION]]
    prompts = PROMPTS[scenario]
    return [
        [*program, *session, "-p", prompt, *allowed]
        for session, prompt in zip(sessions, prompts, strict=False)
    ]


def _codex(given: Given, scenario: str) -> dict[str, str]:
    exporters = "\n".join(
        f"{name} = {{ otlp-http = {{ endpoint = '{given.url}/v1/{signal}', protocol = 'binary', "
        f"headers = {{ Authorization = 'Bearer {given.key}' }} }} }}"
        for name, signal in (("exporter", "logs"), ("metrics_exporter", "metrics"))
    )
    config = f"""
        model = '{_model("codex", scenario)}'
        model_provider = 'simulator'
        approval_policy = 'never'
        sandbox_mode = 'danger-full-access'
        web_search = 'disabled'
        check_for_update_on_startup = false
        [analytics]
        enabled = false
        [model_providers.simulator]
        name = 'simulator'
        base_url = '{given.model_url}/v1'
        env_key = 'SIMULATOR_KEY'
        wire_api = 'responses'
        [otel]
        log_user_prompt = true
        {exporters}
        """
    home = given.home / ".codex"
    home.mkdir()
    lines = "\n".join(line.strip() for line in config.splitlines())
    (home / "config.toml").write_text(lines, encoding="utf-8")
    return {
        "CODEX_HOME": str(home),
        "SIMULATOR_KEY": "none",
        "OTEL_RESOURCE_ATTRIBUTES": f"vcs.repository.name={REPOSITORY}",
    }


def _ask_codex(scenario: str) -> list[list[str]]:
    program = [_program("codex", "codex"), "exec", "--skip-git-repo-check"]
    sessions: list[list[str]] = [[], ["resume", "--last"]]
    return [
        [*program, *session, prompt]
        for session, prompt in zip(sessions, PROMPTS[scenario], strict=False)
    ]


AGENTS = (
    Agent("claude-code", ("turns", "spans", "refused", "failed"), _claude_code, _ask_claude_code),
    Agent("codex", ("turns",), _codex, _ask_codex),
)
