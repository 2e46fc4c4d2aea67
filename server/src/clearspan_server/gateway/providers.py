"""Whom the gateway passes requests on to: a row each, and the base URLs that settings and admins add or replace."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from clearspan_server.errors import BadInput, NotFound, StartRefused

PREFIX = "/gateway"  # below which a provider's name begins a path
SIMULATED = "simulated"  # the provider that this process itself is; nobody else can be called so
Form = Literal["openai", "anthropic", "gemini"]
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
# Of Azure, whose customers have hosts of their own: a resource's name, or its host at one of these.
_RESOURCE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]{0,62}")
_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")


@dataclass(slots=True, frozen=True)
class Base:
    """Where a provider's paths begin. `path` has no slash at its end."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def authority(self) -> str:
        """What the `host` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


@dataclass(slots=True, frozen=True)
class Provider:
    """One row. `called` is what spans say where neither host, client nor path tells.

    `form` is whose client library speaks to it, and `base_path` what that has in its base URL behind `/gateway/NAME`.
    """

    name: str
    base: Base | None  # None where every customer has another one
    called: str = ""
    usual: str = ""  # the URL by which the provider is recognised, wherever its requests go
    is_trusted: bool = False  # an operator entered its base URL: it may be a private address
    title: str = ""
    form: Form = "openai"
    base_path: str = "/v1"

    def at(self, base: Base) -> "Provider":
        """The same provider at a base URL that an operator entered, with or without the path that clients add."""
        path = base.path.removesuffix(self.base_path) if self.base_path else base.path
        return replace(self, base=replace(base, path=path), is_trusted=True)


@dataclass(slots=True, frozen=True)
class Target:
    """Where one request goes: below `base`, at `path`, as it came."""

    provider: Provider
    base: Base
    path: str

    @property
    def recognised_by(self) -> str:
        """The address of the request as its provider knows it, without a query."""
        return (self.provider.usual or self.base.url) + self.path


_VERSION = "/v1"
_PORTS: Mapping[str, int] = {"https": 443, "http": 80}
# Name, title, host, whose form it speaks, and where its clients begin.
_PUBLIC: tuple[tuple[str, str, str, Form, str], ...] = (
    ("openai", "OpenAI", "api.openai.com", "openai", "/v1"),
    ("anthropic", "Anthropic", "api.anthropic.com", "anthropic", ""),
    ("gemini", "Gemini", "generativelanguage.googleapis.com", "gemini", ""),
    ("groq", "Groq", "api.groq.com", "openai", "/openai/v1"),
    ("mistral", "Mistral", "api.mistral.ai", "openai", "/v1"),
    ("cohere", "Cohere", "api.cohere.com", "openai", "/compatibility/v1"),
    ("openrouter", "OpenRouter", "openrouter.ai", "openai", "/api/v1"),
    ("together", "Together", "api.together.xyz", "openai", "/v1"),
    ("fireworks", "Fireworks", "api.fireworks.ai", "openai", "/inference/v1"),
    ("deepseek", "DeepSeek", "api.deepseek.com", "openai", "/v1"),
    ("xai", "xAI", "api.x.ai", "openai", "/v1"),
)
PROVIDERS: tuple[Provider, ...] = (
    *(
        Provider(
            name,
            Base("https", host, 443),
            usual=f"https://{host}",
            title=title,
            form=form,
            base_path=base_path,
        )
        for name, title, host, form, base_path in _PUBLIC
    ),
    Provider(
        "azure",
        None,
        usual="https://resource.openai.azure.com",
        title="Azure OpenAI",
        base_path="/openai/v1",
    ),
    # They run on machines of one's own, which nobody but an operator can name.
    Provider("ollama", None, called="ollama", title="Ollama"),
    Provider("vllm", None, called="vllm", title="vLLM"),
)


def is_name(name: str) -> bool:
    """Whether a provider of an operator may be called so."""
    return bool(_NAME.fullmatch(name)) and name != SIMULATED


def is_azure(target: Target) -> bool:
    """Whether a request goes to Azure, under whatever name."""
    return target.provider.name == "azure" or target.base.host.endswith(_AZURE)


def entered(name: str, base: Base, form: Form = "openai", title: str = "") -> Provider:
    """A provider that nobody knows but the operator who entered its base URL."""
    base_path = "/v1" if form == "openai" and not base.path else ""
    made = Provider(name, base, title=title or name, form=form, base_path=base_path)
    return replace(made, is_trusted=True)


class Providers:
    """The rows of this server: ours, and what others add or replace."""

    def __init__(self, setting: str = "", entered_too: Iterable[Provider] = ()) -> None:
        """`setting` is a list of `name=URL` with commas between; `entered_too` comes after it.

        Raises:
            StartRefused: one of them cannot be read.
        """
        self.rows = {row.name: row for row in PROVIDERS}
        self.rows |= {row.name: row for row in map(self._entered, _entries(setting))}
        self.rows |= {row.name: row for row in entered_too}

    def _entered(self, entry: str) -> Provider:
        name, equals, url = (part.strip() for part in entry.partition("="))
        base = base_of(url)
        if not (equals and base and is_name(name)):
            raise StartRefused(
                f"CLEARSPAN_GATEWAY_URLS holds {entry!r}; an entry is name=URL, its name of lower-case"
                f" letters, digits, '.', '_' and '-' and not {SIMULATED!r}, its URL of http or https,"
                " without user or query"
            )
        known = self.rows.get(name)
        return known.at(base) if known else entered(name, base)

    @property
    def names(self) -> list[str]:
        return sorted(self.rows)

    def target(self, path: str) -> Target:
        """Where a request to `path` below the gateway goes: `/{provider}/…`, still percent-encoded.

        Raises:
            NotFound: nobody is called so, or it has no base URL here.
            BadInput: the path would leave the base URL, or names no resource of Azure.
        """
        name, _, rest = path.removeprefix("/").partition("/")
        row = self.rows.get(name)
        if row is None:
            raise NotFound(
                f"the gateway knows no provider {name[:40]!r}; it knows {', '.join(self.names)}"
            )
        _check_path(rest)
        if row.base is not None:
            if row.base.path.endswith(
                _VERSION
            ):  # entered with what clients of OpenAI's form begin with, too
                rest = rest.removeprefix(f"{_VERSION[1:]}/")
            return Target(row, row.base, f"/{rest}")
        if row.name != "azure":
            raise NotFound(
                f"{name} has no address here; an admin enters it in Settings, Providers, or an operator:"
                f" CLEARSPAN_GATEWAY_URLS={name}=http://…"
            )
        resource, _, rest = rest.partition("/")
        return Target(row, _azure(resource), f"/{rest}")


def _entries(setting: str) -> list[str]:
    return [part.strip() for part in setting.split(",") if part.strip()]


def base_of(url: str) -> Base | None:
    """A base URL taken apart; None where it is none, or holds a user, a password or a query."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in _PORTS or not is_plain or not re.fullmatch(r"[\w.:-]+", host, re.ASCII):
        return None
    return Base(parts.scheme, host, port or _PORTS[parts.scheme], parts.path.rstrip("/"))


def _check_path(path: str) -> None:
    """No step up, in whatever way it is written: the base URL may have a path of its own."""
    plain = path.lower().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/")
    if any(segment in (".", "..") for segment in plain.replace("\\", "/").split("/")):
        raise BadInput(f"the path {path[:100]!r} has a segment of dots")


def _azure(resource: str) -> Base:
    host = resource.lower()
    name, dot, _ = host.partition(".")
    is_known = not dot or host.removeprefix(name) in _AZURE
    if not is_known or not _RESOURCE.fullmatch(name):
        raise BadInput(
            f"{resource[:100]!r} is no resource of Azure; the path is /gateway/azure/RESOURCE/openai/…,"
            f" with a name, or a host that ends in {', '.join(_AZURE)}"
        )
    return Base("https", host if dot else f"{host}{_AZURE[0]}", 443)
