"""Which providers there are now, and with what keys: ours, the settings', the environment's, and what admins entered.

Switched at run time: each change makes a new page, and the next call reads that. Where a provider's key may go is
decided here: a stored one to the base URL that it was entered for, one of the environment to none of the catalog's.
"""

import logging
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from clearspan_server.errors import NotAllowed, NotFound
from clearspan_server.gateway.providers import (
    PREFIX,
    PROVIDERS,
    SIMULATED,
    Base,
    Form,
    Provider,
    Providers,
    Target,
    base_of,
    entered,
    is_azure,
)
from clearspan_server.settings import ProviderVariables
from clearspan_server.store.providers import StoredProvider, StoredProviders

LOG = logging.getLogger(__name__)

Source = Literal["built_in", "stored", "settings", "simulated"]
KeyState = Literal["stored", "environment", "none", "not_needed", "unreadable"]
Credential = tuple[bytes, bytes]  # a header

_OURS: Mapping[str, Provider] = {row.name: row for row in PROVIDERS}
_FORMS: Mapping[str, Form] = {row.form: row.form for row in PROVIDERS}


@dataclass(slots=True, frozen=True)
class Tested:
    """How a test of a provider ended; `at_ns` is Unix time."""

    at_ns: int
    ok: bool
    took_ms: int
    error: str = ""


@dataclass(slots=True, frozen=True)
class ProviderRow:
    """A provider as people choose and change it: never with its key. `models` are those to be offered."""

    name: str
    title: str
    form: Form
    base_url: str
    base_path: str
    source: Source
    key: KeyState
    is_enabled: bool
    is_usable: bool
    is_simulated: bool
    is_stored: bool
    has_named_models: bool  # by an admin; else they are what its list held when it was asked
    models: tuple[str, ...] = ()
    tested: Tested | None = None


@dataclass(slots=True, frozen=True)
class _Entry:
    """A provider, and the key that is this server's to spend on it."""

    provider: Provider
    source: Source
    state: KeyState
    key: str = field(default="", repr=False)
    stored: StoredProvider | None = None

    @property
    def is_enabled(self) -> bool:
        return self.stored is None or self.stored.is_enabled

    @property
    def is_usable(self) -> bool:
        has_key = self.state in ("stored", "environment", "not_needed")
        has_base = self.provider.base is not None or self.source == "simulated"
        return self.is_enabled and has_key and has_base


@dataclass(slots=True, frozen=True)
class _Page:
    entries: Mapping[str, _Entry]
    providers: Providers


@dataclass(slots=True, frozen=True)
class Simulated:
    """The provider that this process itself is: `url` starts it, once, and gives its base URL."""

    models: tuple[str, ...]
    url: Callable[[], Awaitable[str]]
    stop: Callable[[], Awaitable[None]]


class ProviderBook:
    """The providers of a running server; thread-safe, but for `target`, which is for the event loop."""

    def __init__(
        self,
        store: StoredProviders,
        setting: str,
        environment: Mapping[str, ProviderVariables],
        simulated: Simulated,
    ) -> None:
        """Raise StartRefused where the setting cannot be read."""
        self._store = store
        self._environment = _usable_of(environment)
        self.simulated = simulated
        self._base: Base | None = None  # of the simulated provider, once it was called
        self._lock = threading.Lock()
        self._tested: dict[str, Tested] = {}
        self._found = {SIMULATED: simulated.models}
        self._settings = Providers(setting, list(self._of_environment(setting)))
        self._page = self._read()

    def put(self, wanted: StoredProvider, *, keeps_key: bool, author: str) -> None:
        """Store what an admin entered of a provider; the next call sees it. Raises as the store does."""
        with self._lock:
            self._store.put(wanted, self._usual, keeps_key=keeps_key, author=author)
            self._page = self._read()
        self._forget(wanted.name)

    def delete(self, name: str) -> None:
        """Forget what an admin entered of a provider."""
        with self._lock:
            self._store.delete(name)
            self._page = self._read()
        self._forget(name)

    def stored(self, name: str) -> StoredProvider | None:
        """What admins entered of a provider."""
        entry = self._page.entries.get(name)
        return entry.stored if entry else None

    def known(self, name: str) -> Provider | None:
        """What is known of a provider without what admins entered."""
        return self._settings.rows.get(name)

    def rows(self) -> list[ProviderRow]:
        """All providers: those first that can be called, the simulated one last."""
        rows = [self._row(entry) for entry in self._page.entries.values()]
        return sorted(rows, key=lambda row: (row.is_simulated, not row.is_usable))

    def usable(self) -> list[ProviderRow]:
        """Those that can be called with what this server holds, in the same order."""
        return [row for row in self.rows() if row.is_usable]

    def row(self, name: str) -> ProviderRow:
        """One provider.

        Raises:
            NotFound: nobody is called so.
        """
        page = self._page
        entry = page.entries.get(name)
        if entry is None:
            known = ", ".join(page.entries)
            raise NotFound(f"there is no provider {name[:40]!r}; there are {known}")
        return self._row(entry)

    async def target(self, path: str) -> Target:
        """As that of `Providers`; the simulated provider starts with the first request to it.

        Raises:
            NotAllowed: the provider is switched off.
        """
        found = await self.located(path)
        entry = self._page.entries.get(found.provider.name)
        if entry is not None and not entry.is_enabled:
            raise NotAllowed(
                f"the provider {found.provider.name} is switched off; an admin switches it on in Settings,"
                " Providers"
            )
        return found

    async def located(self, path: str) -> Target:
        """As `target`, also of a provider that is switched off."""
        name = path.removeprefix("/").partition("/")[0]
        if name == SIMULATED and self._base is None:
            self._base = base_of(await self.simulated.url())
            with self._lock:
                self._page = self._read()
        return self._page.providers.target(path)

    def credential(self, target: Target) -> Credential | None:
        """The header with this server's own key for a request; None where the provider asks for none.

        Raises:
            NotAllowed: there is no key, or it cannot be read.
        """
        entry = self._page.entries.get(target.provider.name)
        if entry is None or entry.provider.base != target.provider.base:
            raise NotAllowed(
                f"the provider {target.provider.name} was changed meanwhile; try again"
            )
        if entry.state == "unreadable":
            raise NotAllowed(
                f"the key of the provider {entry.provider.name} cannot be read, because the file secrets.key"
                " is lost or another, or it was entered for another base URL than now; an admin enters it again"
                " in Settings, Providers"
            )
        if entry.state == "none" or entry.provider.base is None:
            raise NotAllowed(
                f"this server has no key for {entry.provider.name}; an admin enters it in Settings, Providers"
            )
        return _header(target, entry.key) if entry.key else None

    def note_test(self, name: str, tested: Tested) -> None:
        """Remember how a test ended, until the server stops or the provider is changed."""
        self._tested[name] = tested

    def note_models(self, name: str, models: Sequence[str]) -> None:
        """Remember what a provider says it has, for where admins named no models."""
        self._found[name] = tuple(models)

    def _forget(self, name: str) -> None:
        """What was found out about a provider holds no longer."""
        self._tested.pop(name, None)
        self._found.pop(name, None)

    def _row(self, entry: _Entry) -> ProviderRow:
        provider, stored = entry.provider, entry.stored
        named = stored.models if stored else ()
        return ProviderRow(
            name=provider.name,
            title=provider.title,
            form=provider.form,
            base_url=provider.base.url if provider.base else "",
            base_path=provider.base_path,
            source=entry.source,
            key=entry.state,
            is_enabled=entry.is_enabled,
            is_usable=entry.is_usable,
            is_simulated=entry.source == "simulated",
            is_stored=stored is not None,
            has_named_models=bool(named),
            models=named or self._found.get(provider.name, ()),
            tested=self._tested.get(provider.name),
        )

    def _of_environment(self, setting: str) -> list[Provider]:
        """The providers whose base URL the environment replaces; the setting wins."""
        set_here = {one.partition("=")[0].strip() for one in setting.split(",")}
        found = []
        for name, said in self._environment.items():
            base = base_of(said.base_url) if said.base_url else None
            if base is not None and name not in set_here:
                found.append(_OURS[name].at(base))
        return found

    def _usual(self, name: str) -> str:
        known = self.known(name)
        return known.base.url if known and known.base else ""

    def _read(self) -> _Page:
        stored = {row.name: row for row in self._store.all(self._usual)}
        known = self._settings.rows
        names = dict.fromkeys((*known, *stored))
        entries = {name: self._entry(known.get(name), stored.get(name)) for name in names}
        simulated = Provider(
            SIMULATED, self._base, called=SIMULATED, is_trusted=True, title="Simulated"
        )
        entries[SIMULATED] = _Entry(simulated, "simulated", "not_needed")
        rows = [entry.provider for entry in entries.values()]
        if self._base is None:
            rows = rows[:-1]
        return _Page(entries, Providers("", rows))

    def _entry(self, known: Provider | None, stored: StoredProvider | None) -> _Entry:
        """What is known of a provider, with what was entered of it over that; one of the two is there."""
        source: Source = "built_in" if known and known == _OURS.get(known.name) else "settings"
        base = base_of(stored.base_url) if stored else None
        if known is None or base is not None:
            source = "stored"
        provider = _merged(known, stored, base)
        # What the environment holds goes nowhere that only the catalog names.
        said = self._environment.get(provider.name, ProviderVariables())
        if stored is not None and stored.is_unreadable:
            return _Entry(provider, source, "unreadable", "", stored)
        if stored is not None and stored.key:
            return _Entry(provider, source, "stored", stored.key, stored)
        if said.key and source != "stored":
            return _Entry(provider, source, "environment", said.key, stored)
        return _Entry(
            provider, source, "none" if _asks_for_key(provider) else "not_needed", "", stored
        )


def is_sendable(key: str) -> bool:
    """Whether a key can stand in a header."""
    return key.isascii() and key.isprintable() and " " not in key


def _merged(known: Provider | None, stored: StoredProvider | None, base: Base | None) -> Provider:
    name = known.name if known else stored.name if stored else ""
    if known is not None:
        merged = known.at(base) if base else known
    elif base is not None and stored is not None:
        merged = entered(name, base, _FORMS.get(stored.form, "openai"))
    else:
        merged = Provider(name, None, title=name)  # somebody changed the file
    return replace(merged, title=stored.title) if stored and stored.title else merged


def _asks_for_key(provider: Provider) -> bool:
    """Whether nobody is answered there without one; who runs a model on a machine of one's own may do without."""
    if provider.base is None:
        return provider.name == "azure"
    known = {row.base.host for row in PROVIDERS if row.base}
    return provider.base.host in known or is_azure(Target(provider, provider.base, "/"))


def _header(target: Target, key: str) -> Credential:
    """The key as the provider's own clients send it. Each also takes OpenAI's form below paths of its own."""
    provider, sent = target.provider, key.encode()
    if is_azure(target):
        return b"api-key", sent
    if provider.form == "anthropic" and not target.path.endswith("/chat/completions"):
        return b"x-api-key", sent
    if provider.form == "gemini" and "/openai/" not in target.path:
        return b"x-goog-api-key", sent
    return b"authorization", b"Bearer " + sent


def _usable_of(environment: Mapping[str, ProviderVariables]) -> dict[str, ProviderVariables]:
    """What the environment says and can be used; it is meant for others, so that nothing of it stops the start."""
    told = {}
    for name, said in environment.items():
        key, base = said.key, base_of(said.base_url)
        if not is_sendable(key):
            LOG.warning("the key of %s in the environment cannot be sent in a header", name)
            key = ""
        # Programs beside this server are told to call this gateway by the same variable.
        is_here = base is not None and f"{base.path}/".startswith(f"{PREFIX}/")
        if said.base_url and base is None:
            LOG.warning("the base URL of %s in the environment is none", name)
        url = said.base_url if base is not None and not is_here else ""
        told[name] = ProviderVariables(key, url)
    return told
