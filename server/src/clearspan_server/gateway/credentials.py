"""Who may call through the gateway: a Clearspan key in a header of its own, or anybody while the server is open.

A provider's key is the caller's own and passes through untouched; nothing here reads it, except to see that it is
none of ours. A virtual key of ours stands in its place, where the vendor's client puts it.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from clearspan_server.errors import BadInput, NotAllowed, NotAuthenticated
from clearspan_server.gateway.headers import PROVIDERS_OWN, key_in
from clearspan_server.ingest.admission import (
    Caller,
    IngestAccess,
    admit,
    caller_with,
    is_equal,
    presented_by,
)
from clearspan_server.store.accounts import Accounts
from clearspan_server.store.catalog import ApiKey, Catalog

KEY_HEADER = "x-clearspan-key"
_PAGE = "text/html,application/xhtml+xml"  # as browsers ask for one; Java asks for text/html among others
_OURS = re.compile(r"cs_[A-Za-z0-9]+_")
_HOW = (
    f"calling through the gateway needs an API key with the scope ingest in the header {KEY_HEADER},"
    " beside the provider's own; an admin makes one in Settings"
)


@dataclass(slots=True, frozen=True)
class Admission:
    """Who calls. `spends` is whether keys that this server holds are used: never for an anonymous caller.

    `key` is the caller's own of this server, whose limits hold for the call.
    """

    access: IngestAccess
    spends: bool = False
    key: ApiKey | None = None


@dataclass(slots=True, frozen=True)
class Credentials:
    """What keys are checked against. `token` is the install's own, which counts while the server is open."""

    catalog: Catalog
    accounts: Accounts
    token: str

    async def admission(self, headers: Mapping[str, str], query: bytes = b"") -> Admission:
        """The sender that a call is recorded for; names in `headers` are in lower case.

        Raises:
            NotAuthenticated: the key is unknown, or there is none and open mode has ended.
            NotAllowed: the key may not send; or a browser opens the address as a page.
            BadInput: one of our own keys is where the provider's belongs and is no virtual one, there are two, or
                the project cannot be one.
        """
        _refuse_pages(headers)
        is_open = not self.accounts.exist
        told = _provided(headers, query)
        self._keep_token(told)
        ours = {key: where for where, key in told.items() if _OURS.match(key)}
        presented = headers.get(KEY_HEADER, "").strip()
        if len(ours | ({presented: KEY_HEADER} if presented else {})) > 1:
            raise BadInput(
                f"the request holds two keys of Clearspan, in {_places(ours, presented)}"
            )
        caller = Caller()
        if presented or ours:
            # The catalog is a database: asked on a thread.
            caller = await asyncio.to_thread(self._caller, presented or next(iter(ours)), is_open)
        elif not is_open:
            raise NotAuthenticated(_HOW)
        is_virtual = caller.key is not None and caller.key.is_virtual
        for where in ours.values():
            if not is_virtual:
                raise BadInput(
                    f"the {where} holds a credential of Clearspan without the scope gateway; it belongs into"
                    f" the header {KEY_HEADER}, and the provider's own key into this place"
                )
        access = admit(caller, headers, is_open=is_open, scopes=("ingest", "gateway"))
        access = replace(access, process="", seq=None, sent=None, dropped=None)
        return Admission(access, spends=is_virtual and (bool(ours) or not told), key=caller.key)

    def _caller(self, presented: str, is_open: bool) -> Caller:  # noqa: FBT001 - called on a thread
        return caller_with(
            f"Bearer {presented}", catalog=self.catalog, token=self.token if is_open else ""
        )

    def _keep_token(self, told: Mapping[str, str]) -> None:
        """The install's token stands for no provider's key, and goes to none."""
        for where, key in told.items():
            if is_equal(key, self.token):
                raise BadInput(
                    f"the {where} holds a credential of Clearspan; it belongs into the header {KEY_HEADER},"
                    " and the provider's own key into this place"
                )


def _provided(headers: Mapping[str, str], query: bytes) -> dict[str, str]:
    """What stands in the places of providers' keys, by the place."""
    told = {f"header {name}": presented_by(headers.get(name, "")) for name in PROVIDERS_OWN}
    told |= {f"parameter key{at or ''}": key_in(part) for at, part in enumerate(query.split(b"&"))}
    return {where: key for where, key in told.items() if key}


def _places(ours: Mapping[str, str], presented: str) -> str:
    return " and ".join((*ours.values(), *([f"the header {KEY_HEADER}"] if presented else [])))


def _refuse_pages(headers: Mapping[str, str]) -> None:
    """What a provider sends must not be shown as a page of this server, whose cookies its scripts would have."""
    is_page = headers.get("sec-fetch-dest", "empty") != "empty"
    if is_page or headers.get("accept", "").startswith(_PAGE):
        raise NotAllowed("the gateway answers programs, not browsers that open an address")
