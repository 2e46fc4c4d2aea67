"""Whom the gateway passes requests on to: a row each, and the base URLs that settings add or replace."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from clearspan_server.errors import BadInput, NotFound, StartRefused

PREFIX = "/gateway"  # below which a provider's name begins a path
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
    """One row. `called` is what spans say where neither host, client nor path tells."""

    name: str
    base: Base | None  # None where every customer has another one
    called: str = ""
    usual: str = ""  # the URL by which the provider is recognised, wherever its requests go
    is_trusted: bool = False  # an operator entered its base URL: it may be a private address


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


_PORTS: Mapping[str, int] = {"https": 443, "http": 80}
_PUBLIC: Mapping[str, str] = {
    "openai": "api.openai.com",
    "anthropic": "api.anthropic.com",
    "gemini": "generativelanguage.googleapis.com",
    "groq": "api.groq.com",
    "mistral": "api.mistral.ai",
    "cohere": "api.cohere.com",
    "openrouter": "openrouter.ai",
    "together": "api.together.xyz",
    "fireworks": "api.fireworks.ai",
    "deepseek": "api.deepseek.com",
    "xai": "api.x.ai",
}
PROVIDERS: tuple[Provider, ...] = (
    *(
        Provider(name, Base("https", host, 443), usual=f"https://{host}")
        for name, host in _PUBLIC.items()
    ),
    Provider("azure", None, usual="https://resource.openai.azure.com"),
    # They run on machines of one's own, which nobody but an operator can name.
    Provider("ollama", None, called="ollama"),
    Provider("vllm", None, called="vllm"),
)


class Providers:
    """The rows of this server: ours, and what its setting adds or replaces."""

    def __init__(self, setting: str = "") -> None:
        """`setting` is a list of `name=URL` with commas between.

        Raises:
            StartRefused: one of them cannot be read.
        """
        self._rows = {row.name: row for row in PROVIDERS}
        for entry in filter(None, (part.strip() for part in setting.split(","))):
            row = self._entered(entry)
            self._rows[row.name] = row

    def _entered(self, entry: str) -> Provider:
        name, equals, url = (part.strip() for part in entry.partition("="))
        known = self._rows.get(name)
        base = _base(url)
        if not (equals and base and _NAME.fullmatch(name)):
            raise StartRefused(
                f"CLEARSPAN_GATEWAY_URLS holds {entry!r}; an entry is name=URL, its name of lower-case"
                " letters, digits, '.', '_' and '-', its URL of http or https, without user or query"
            )
        return Provider(
            name, base, known.called if known else "", known.usual if known else "", is_trusted=True
        )

    @property
    def names(self) -> list[str]:
        return sorted(self._rows)

    def target(self, path: str) -> Target:
        """Where a request to `path` below the gateway goes: `/{provider}/…`, still percent-encoded.

        Raises:
            NotFound: nobody is called so, or it has no base URL here.
            BadInput: the path would leave the base URL, or names no resource of Azure.
        """
        name, _, rest = path.removeprefix("/").partition("/")
        row = self._rows.get(name)
        if row is None:
            raise NotFound(
                f"the gateway knows no provider {name[:40]!r}; it knows {', '.join(self.names)}"
            )
        _check_path(rest)
        if row.base is not None:
            return Target(row, row.base, f"/{rest}")
        if row.name != "azure":
            raise NotFound(
                f"{name} has no address here; an operator enters it: CLEARSPAN_GATEWAY_URLS={name}=http://…"
            )
        resource, _, rest = rest.partition("/")
        return Target(row, _azure(resource), f"/{rest}")


def _base(url: str) -> Base | None:
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
