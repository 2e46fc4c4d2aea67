"""Who may call through the gateway: a Clearspan key in a header of its own, or anybody while the server is open.

A provider's key is the caller's own and passes through untouched; nothing here reads it, except to see that it is
none of ours.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from clearspan_server.errors import BadInput, NotAllowed, NotAuthenticated
from clearspan_server.ingest.admission import (
    Caller,
    IngestAccess,
    admit,
    caller_with,
    is_equal,
    presented_by,
)
from clearspan_server.store.accounts import Accounts
from clearspan_server.store.catalog import Catalog

KEY_HEADER = "x-clearspan-key"
_PROVIDERS_OWN = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
_PAGE = "text/html,application/xhtml+xml"  # as browsers ask for one; Java asks for text/html among others
_OURS = re.compile(r"cs_[A-Za-z0-9]+_")
_HOW = (
    f"calling through the gateway needs an API key with the scope ingest in the header {KEY_HEADER},"
    " beside the provider's own; an admin makes one in Settings"
)


@dataclass(slots=True, frozen=True)
class Admission:
    """Who calls. `spends` is whether keys that this server holds may be used: never for an anonymous caller."""

    access: IngestAccess
    spends: bool = False


@dataclass(slots=True, frozen=True)
class Credentials:
    """What keys are checked against. `token` is the install's own, which counts while the server is open."""

    catalog: Catalog
    accounts: Accounts
    token: str

    async def admission(self, headers: Mapping[str, str]) -> Admission:
        """The sender that a call is recorded for; names in `headers` are in lower case.

        Raises:
            NotAuthenticated: the key is unknown, or there is none and open mode has ended.
            NotAllowed: the key may not send; or a browser opens the address as a page.
            BadInput: one of our own keys is where the provider's belongs, or the project cannot be one.
        """
        _refuse_pages(headers)
        is_open = not self.accounts.exist
        self._keep_ours(headers)
        presented = headers.get(KEY_HEADER, "").strip()
        if not presented and not is_open:
            raise NotAuthenticated(_HOW)
        caller = Caller()
        if presented:
            # The catalog is a database: asked on a thread.
            caller = await asyncio.to_thread(self._caller, presented, is_open=is_open)
        access = admit(caller, headers, is_open=is_open)
        return Admission(replace(access, process="", seq=None, sent=None, dropped=None))

    def _caller(self, presented: str, *, is_open: bool) -> Caller:
        return caller_with(
            f"Bearer {presented}", catalog=self.catalog, token=self.token if is_open else ""
        )

    def _keep_ours(self, headers: Mapping[str, str]) -> None:
        """No credential of this server goes to a provider."""
        for name in _PROVIDERS_OWN:
            presented = presented_by(headers.get(name, ""))
            if _OURS.match(presented) or (presented and is_equal(presented, self.token)):
                raise BadInput(
                    f"the header {name} holds a credential of Clearspan; it belongs into {KEY_HEADER},"
                    " and the provider's own key into this one"
                )


def _refuse_pages(headers: Mapping[str, str]) -> None:
    """What a provider sends must not be shown as a page of this server, whose cookies its scripts would have."""
    is_page = headers.get("sec-fetch-dest", "empty") != "empty"
    if is_page or headers.get("accept", "").startswith(_PAGE):
        raise NotAllowed("the gateway answers programs, not browsers that open an address")
