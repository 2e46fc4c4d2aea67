"""Every setting of the server: argument, then environment, then default; declared once, here.

`SETTINGS` is the table of contents; docs/configuration.md shows the same rows, and a test compares them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from clearspan_server.errors import StartRefused


@dataclass(slots=True, frozen=True)
class Setting:
    """One row: the field of `Settings`, its environment variable and what it does."""

    name: str
    help: str

    @property
    def variable(self) -> str:
        return f"CLEARSPAN_{self.name.upper()}"


@dataclass(slots=True, frozen=True)
class Settings:
    """What a server was started with. Sizes in bytes, times in the unit of the name."""

    data: Path = Path("~/.clearspan")
    cold: str = ""
    cold_endpoint: str = ""
    presidio: str = ""
    host: str = "127.0.0.1"
    port: int = 4318
    grpc_port: int = 4317
    max_body_bytes: int = 64 * 1024 * 1024
    body_wait_s: int = 30
    max_journal_bytes: int = 2 * 1024 * 1024 * 1024
    min_free_bytes: int = 1024 * 1024 * 1024
    batch_rows: int = 20_000
    batch_bytes: int = 48 * 1024 * 1024
    batch_age_ms: int = 500
    drain_s: int = 30
    quiet_s: int = 5
    idle_s: int = 60
    stalled_s: int = 30
    crashed_s: int = 300
    session_hours: int = 30 * 24
    reads_per_s: int = 20
    reads_burst: int = 40
    gateway_urls: str = ""
    gateway_wait_s: int = 600
    trusted_proxies: str = "127.0.0.1,::1"
    admin_name: str = "admin"
    admin_password_file: str = ""
    faults: str = ""


SETTINGS: tuple[Setting, ...] = (
    Setting("data", "The data folder; it belongs to one running server."),
    Setting("cold", "A folder, or s3://bucket/prefix, for months of spans in cold storage."),
    Setting("cold_endpoint", "The address of an S3-compatible store; else it is Amazon's."),
    Setting("presidio", "Presidio's configuration, for names that no pattern finds in texts."),
    Setting("host", "The address to listen on; only loopback until an admin exists."),
    Setting("port", "The HTTP port for the pages, the API and OTLP; 0 takes a free one."),
    Setting("grpc_port", "The port for OTLP over gRPC; 0 takes a free one."),
    Setting("max_body_bytes", "The largest request body, measured after inflating."),
    Setting("body_wait_s", "In this time a body must end, or bring 64 kB for each second of it."),
    Setting("max_journal_bytes", "Bytes waiting in the journal above which senders get 429."),
    Setting("min_free_bytes", "Free bytes of the disk below which senders get 429."),
    Setting("batch_rows", "Spans that the writer inserts into the engine at once."),
    Setting("batch_bytes", "Journal bytes that the writer inserts into the engine at once."),
    Setting("batch_age_ms", "The least time between two inserts, for a batch to fill."),
    Setting("drain_s", "How long a stopping server works on what is in the journal."),
    Setting("quiet_s", "How long a trace must be quiet after its root's end to be finished."),
    Setting("idle_s", "How long a trace without its root's end must be quiet to be idle."),
    Setting("stalled_s", "Silence of a process after which its open traces are stalled."),
    Setting("crashed_s", "Silence of a process after which its open spans have crashed."),
    Setting("session_hours", "How long a browser stays signed in."),
    Setting("reads_per_s", "How often a key may poll traces and metrics below /api/public."),
    Setting("reads_burst", "How many of these reads a key has in advance."),
    Setting("gateway_urls", "Base URLs of the gateway, name=URL with commas between."),
    Setting("gateway_wait_s", "How long a model provider behind the gateway may be silent."),
    Setting("trusted_proxies", "Addresses of proxies whose X-Forwarded-For is believed."),
    Setting("admin_name", "The name of the admin that `admin_password_file` makes."),
    Setting("admin_password_file", "A file with a password: makes the first admin at the start."),
    Setting("faults", "For drills: a file that says how the engine is to fail."),
)


def load(
    arguments: Mapping[str, object] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings in force; an argument that is None was not given.

    Raises:
        StartRefused: a value that cannot be read, named with its source.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, object] = {}
    kinds = {field.name: type(field.default) for field in fields(Settings)}
    for setting in SETTINGS:
        given = (arguments or {}).get(setting.name)
        if given is None:
            given = environment.get(setting.variable)
        if given is not None:
            values[setting.name] = _read(setting, given, integer=kinds[setting.name] is int)
    values["data"] = Path(str(values.get("data", Settings().data))).expanduser().absolute()
    return Settings(**values)  # type: ignore[arg-type]  # _read gives each field its type


def _read(setting: Setting, given: object, *, integer: bool) -> object:
    if not integer:
        return given
    try:
        number = int(str(given))
    except ValueError:
        raise StartRefused(f"{setting.variable} must be a whole number, not {given!r}") from None
    if number < 0:
        raise StartRefused(f"{setting.variable} must not be negative, but is {number}")
    return number


# The variables that providers' own clients read, first one first: the key, and the base URL.
PROVIDER_VARIABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "openai": (("OPENAI_API_KEY",), ("OPENAI_BASE_URL",)),
    "anthropic": (("ANTHROPIC_API_KEY",), ("ANTHROPIC_BASE_URL",)),
    "gemini": (
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        ("GOOGLE_GEMINI_BASE_URL", "GEMINI_BASE_URL"),
    ),
    "groq": (("GROQ_API_KEY",), ("GROQ_BASE_URL",)),
    "mistral": (("MISTRAL_API_KEY",), ("MISTRAL_BASE_URL",)),
    "cohere": (("COHERE_API_KEY", "CO_API_KEY"), ("CO_API_URL",)),
    "openrouter": (("OPENROUTER_API_KEY",), ("OPENROUTER_BASE_URL",)),
    "together": (("TOGETHER_API_KEY",), ("TOGETHER_BASE_URL",)),
    "fireworks": (("FIREWORKS_API_KEY",), ("FIREWORKS_BASE_URL",)),
    "deepseek": (("DEEPSEEK_API_KEY",), ("DEEPSEEK_BASE_URL",)),
    "xai": (("XAI_API_KEY",), ("XAI_BASE_URL",)),
}


@dataclass(slots=True, frozen=True)
class ProviderVariables:
    """What the environment says of one model provider; "" what it does not."""

    key: str = field(default="", repr=False)
    base_url: str = ""


def provider_variables(
    environment: Mapping[str, str] | None = None,
) -> dict[str, ProviderVariables]:
    """The providers of which the environment says something: used, and never stored."""
    environment = os.environ if environment is None else environment
    told: dict[str, ProviderVariables] = {}
    for name, (keys, urls) in PROVIDER_VARIABLES.items():
        key, url = (
            next(filter(None, (environment.get(one, "").strip() for one in variables)), "")
            for variables in (keys, urls)
        )
        if key or url:
            told[name] = ProviderVariables(key, url)
    return told
