"""Settings: an argument of `init`, else the environment, else the default; one row each."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar, cast

from clearspan.errors import SettingError, report

T = TypeVar("T")

CAPTURE_MODES = ("full", "masked", "metadata", "errors")
EXPORTERS = ("otlp", "console", "jsonl", "datadog")
TRACES_PATH, METRICS_PATH = "/v1/traces", "/v1/metrics"
NO = False
MEANT_EMPTY = frozenset({"CLEARSPAN_SPILL"})  # variables that say something by being empty


class Exact(str):
    """An address that is used as it is, without a path added."""

    __slots__ = ()


def _pairs(text: str) -> dict[str, str]:
    """``a=b,c=d`` with URL-encoded values, as OpenTelemetry writes headers and resources."""
    # Slow to import (5 ms), and few programs set these.
    from urllib.parse import unquote  # noqa: PLC0415

    pairs = (item.partition("=") for item in text.split(",") if "=" in item)
    return {key.strip(): unquote(value.strip()) for key, _, value in pairs}


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _spill_folder() -> str:
    """Where this user's programs keep state; "" when the system does not tell."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111  # pathlib raises without a home
    return os.path.join(state, "clearspan", "spill") if os.path.isabs(state) else ""  # noqa: PTH117, PTH118  # as above


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line)


def _yes(text: str) -> bool:
    return text.strip().lower() in {"1", "true", "yes", "on"}


# Variables of OpenTelemetry that mean something else than our own.
PARSED_AS: dict[str, Callable[[str], object]] = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": Exact}


class Row(NamedTuple):
    """A setting: its default, what it does, how its text is read, and OpenTelemetry's names for it.

    The variable ``CLEARSPAN_<NAME>`` comes before those of OpenTelemetry.
    """

    default: object
    explanation: str
    parse: Callable[[str], object]
    otel_variables: tuple[str, ...]


def row(default: T, explanation: str, parse: Callable[[str], T], *otel_variables: str) -> T:
    """A `Row` in the body of `Settings`, where it stands for a value of its type."""
    return cast("T", Row(default, explanation, parse, otel_variables))


class Settings:
    """How this process records. The rows are the settings, ``CLEARSPAN_<NAME>`` their variables."""

    endpoint: str = row(
        "http://127.0.0.1:4318",
        "The server's address; /v1/traces is added unless it is there.",
        str,
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    )
    key: str = row("", "API key, sent as a bearer token.", str)
    project: str = row(
        "", "Project to write to, where the server accepts spans without a key.", str
    )
    service: str = row("", "Name of this program; else its file name.", str, "OTEL_SERVICE_NAME")
    environment: str = row("", "Where it runs: production, staging, …", str)
    release: str = row("", "What runs: a version or a commit.", str)
    capture: str = row(
        "full",
        "full; masked; metadata to leave out all texts; errors to keep those of failed spans.",
        str,
    )
    exporters: tuple[object, ...] = row(
        ("otlp",), "Where spans go: otlp, console, jsonl, datadog, or exporter objects.", _names
    )
    masks: tuple[str, ...] = row(
        (), "Regular expressions, one a line; what they match is masked in all texts.", _lines
    )
    redact: object = row(
        "", "Function of a field's name and value, as module:function; returns what is sent.", str
    )
    sample: float = row(1.0, "Share of the traces without errors that is kept, 0 to 1.", float)
    max_spans_per_s: float = row(0.0, "More spans a second are dropped; 0 is no limit.", float)
    headers: Mapping[str, str] = row(
        {},
        "More HTTP headers, as a=b,c=d.",
        _pairs,
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        "OTEL_EXPORTER_OTLP_HEADERS",
    )
    resource: Mapping[str, str] = row(
        {}, "More resource attributes, as a=b,c=d.", _pairs, "OTEL_RESOURCE_ATTRIBUTES"
    )
    queue_spans: int = row(10_000, "Spans kept for each exporter; the oldest are dropped.", int)
    queue_bytes: int = row(
        64_000_000, "About how much memory these may take; the oldest are dropped.", int
    )
    spill: str = row(
        "default",
        "Folder that keeps spans while the server is away; default is one of this user; off.",
        str,
    )
    exit_s: float = row(3.0, "How long the end of the program may wait for delivery.", float)
    ignored_paths: tuple[str, ...] = row(
        ("/health", "/healthz", "/livez", "/ready", "/readyz", "/ping", "/metrics", "/favicon.ico"),
        "Paths of incoming requests that are not recorded.",
        _names,
    )
    file: str = row("clearspan.jsonl", "Where the exporter jsonl writes.", str)
    file_bytes: int = row(50_000_000, "Size at which it begins a new file.", int)
    file_count: int = row(5, "How many files it leaves.", int)
    datadog_url: str = row(
        "https://http-intake.logs.datadoghq.com/api/v2/logs", "Datadog's intake for logs.", str
    )
    datadog_key: str = row("", "Datadog's API key.", str, "DD_API_KEY")
    disabled: bool = row(NO, "Record nothing.", _yes, "OTEL_SDK_DISABLED")

    def __init__(self, **given: object) -> None:
        # Not a data class, which would add 15 ms to the import of this package.
        vars(self).update({name: given.get(name, row.default) for name, row in ROWS.items()})

    def __eq__(self, other: object) -> bool:  # type: ignore[explicit-override]  # override is of Python 3.12
        return isinstance(other, Settings) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # mappings are among the values

    @property
    def traces_url(self) -> str:
        """Where spans are posted."""
        if isinstance(self.endpoint, Exact):
            return self.endpoint
        base = self.endpoint.rstrip("/")
        return base if base.endswith(TRACES_PATH) else base + TRACES_PATH

    @property
    def metrics_url(self) -> str:
        """Where metrics are posted; "" when the address of traces does not tell."""
        url = self.traces_url
        return url.removesuffix(TRACES_PATH) + METRICS_PATH if url.endswith(TRACES_PATH) else ""

    @property
    def spill_folder(self) -> str:
        """Where spans are kept for later; "" for nowhere."""
        if self.spill == "default":
            return _spill_folder()
        return "" if self.spill == "off" else self.spill


ROWS: dict[str, Row] = {name: row for name, row in vars(Settings).items() if isinstance(row, Row)}


def _between(least: float, most: float = math.inf) -> tuple[Callable[[object], bool], str]:
    def is_right(value: object) -> bool:
        return isinstance(value, (int, float)) and least <= value <= most

    return is_right, f"a number from {least:g} to {most:g}"


CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "endpoint": (
        lambda value: isinstance(value, str) and value.startswith(("http://", "https://")),
        "an address that begins with http:// or https://",
    ),
    "queue_spans": _between(1),
    "queue_bytes": _between(1),
    "exit_s": _between(0, 3_600),
    "file_bytes": _between(1),
    "file_count": _between(1),
    "capture": (lambda value: value in CAPTURE_MODES, f"one of {CAPTURE_MODES}"),
    "sample": _between(0, 1),
    "max_spans_per_s": _between(0),
    "redact": (lambda value: isinstance(value, str) or callable(value), "a function"),
}


def resolve(arguments: Mapping[str, object]) -> Settings:
    """Settings from ``arguments`` (None is not given), the environment and the defaults.

    A value that makes no sense is logged and the default used: a misspelt variable must not stop
    a program.
    """
    values = {
        name: value
        for name, row in ROWS.items()
        if (value := _value(name, row, arguments.get(name))) is not None
    }
    for name, (is_right, what) in CHECKS.items():
        if name in values and not is_right(values[name]):
            report(SettingError(f"{name}={values.pop(name)!r} is not {what}"), f"reading {name}")
    if "exporters" in values:
        values["exporters"] = _exporters(values["exporters"])
    return Settings(**values)


def _exporters(given: object) -> tuple[object, ...]:
    """Those of ``given`` that there are; the default when there is none of them."""
    asked: tuple[object, ...] = _names(given) if isinstance(given, str) else tuple(given)  # type: ignore[arg-type]  # several, by the type of `init`
    unknown = [one for one in asked if isinstance(one, str) and one not in EXPORTERS]
    if not unknown:
        return asked
    wrong, known = ", ".join(map(repr, unknown)), ", ".join(EXPORTERS)
    report(SettingError(f"{wrong} is none of {known}, and is ignored"), "reading exporters")
    return tuple(one for one in asked if not isinstance(one, str) or one in EXPORTERS) or ("otlp",)


def _value(name: str, row: Row, argument: object) -> object:
    if argument is not None:
        return argument
    variables = (f"CLEARSPAN_{name.upper()}", *row.otel_variables)
    variable = next((name for name in variables if _is_given(name)), None)
    if variable is None:
        return None
    try:
        return PARSED_AS.get(variable, row.parse)(os.environ[variable])
    except ValueError as error:
        report(error, f"reading {variable}")
        return None


def _is_given(variable: str) -> bool:
    return bool(os.environ.get(variable)) or variable in MEANT_EMPTY & os.environ.keys()
