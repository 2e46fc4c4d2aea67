"""`/providers`: whom the gateway, chat and the playground call, and with what keys; an admin enters them."""

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from clearspan_server.api.access import OWNER, ReadAccess, author_of, caller_of, read_access
from clearspan_server.api.shapes_providers import (
    ProviderList,
    ProviderModels,
    ProviderRequest,
    ProviderRow,
    ProviderTested,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import rfc3339
from clearspan_server.errors import BadGateway, BadInput, NotFound
from clearspan_server.gateway import provider_book
from clearspan_server.gateway.provider_book import ProviderBook, is_sendable
from clearspan_server.gateway.providers import SIMULATED, base_of, is_name
from clearspan_server.store.providers import StoredProvider

router = APIRouter(prefix="/api/v1/providers", tags=["providers"])


@router.get("")
def get_providers(
    request: Request, _access: Annotated[ReadAccess, Depends(read_access)]
) -> ProviderList:
    """Every provider, and how it stands with it; no key, nor a part of one."""
    rows = state_of(request).providers.rows()
    return ProviderList(providers=[_row(request, row) for row in rows])


@router.put("/{name}", dependencies=[OWNER])
def put_provider(request: Request, name: str, wanted: ProviderRequest) -> ProviderRow:
    """Change a provider, or add one; the next call sees it. Its base URL may be a private address."""
    book = state_of(request).providers
    changed, keeps_key = _changed(book, name, wanted)
    author = author_of(request)
    book.put(changed, keeps_key=keeps_key, author=author)
    return _row(request, book.row(name))


@router.delete("/{name}", status_code=204, response_class=Response, dependencies=[OWNER])
def delete_provider(request: Request, name: str) -> Response:
    """Forget what was entered of a provider, its key, too; one that is known without stays."""
    book = state_of(request).providers
    if book.stored(name) is None:
        raise NotFound(f"nothing is stored of a provider {name[:40]!r}")
    book.delete(name)
    return Response(status_code=204)


@router.post("/{name}/test", dependencies=[OWNER])
async def test_provider(request: Request, name: str) -> ProviderTested:
    """Ask a provider with the key that is here: for its models, else for one token. It takes ten seconds at most."""
    return _tested(await state_of(request).gateway.checks.test(name), is_admin=True)


@router.get("/{name}/models")
async def get_provider_models(
    request: Request, name: str, _access: Annotated[ReadAccess, Depends(read_access)]
) -> ProviderModels:
    """What can be asked for there: what an admin named, else what its list holds, for five minutes."""
    try:
        models = await state_of(request).gateway.checks.models(name)
    except BadGateway:
        if caller_of(request).owner:
            raise
        # The words of the failure hold the base URL, which is the admins' to know.
        raise BadGateway(
            f"{name} gives no list of its models; an admin sees in Settings, Providers, why"
        ) from None
    return ProviderModels(models=list(models))


def _changed(book: ProviderBook, name: str, wanted: ProviderRequest) -> tuple[StoredProvider, bool]:
    """What is to be stored, and whether the sealed key stays."""
    if not is_name(name):
        raise BadInput(
            f"{name[:100]!r} is no name for a provider: lower-case letters, digits, '.', '_' and '-', at most"
            f" 40, and not {SIMULATED!r}"
        )
    held = book.stored(name) or StoredProvider(name)
    told = wanted.model_dump(exclude_none=True, exclude={"models"})
    if wanted.models is not None:
        told["models"] = tuple(dict.fromkeys(wanted.models))
    changed = replace(held, **told, is_unreadable=False)
    changed = replace(changed, base_url=changed.base_url.strip(), key=changed.key.strip())
    _check(book, changed, wanted)
    is_elsewhere = changed.base_url != held.base_url
    if wanted.key is None and is_elsewhere and (held.key or held.is_unreadable):
        raise BadInput(
            f"another base URL of {name} needs its key again: the one that is stored was entered for"
            f" {held.base_url or 'the usual address'!r}; a key of '' goes without one",
            field="key",
        )
    return changed, wanted.key is None and not is_elsewhere


def _check(book: ProviderBook, changed: StoredProvider, wanted: ProviderRequest) -> None:
    """Whether such a provider can be called.

    Raises:
        BadInput: it cannot.
    """
    known = book.known(changed.name)
    if known is not None and wanted.form not in (None, known.form):
        raise BadInput(f"{changed.name} speaks the form {known.form}", field="form")
    if changed.base_url and base_of(changed.base_url) is None:
        raise BadInput(
            f"base_url {changed.base_url[:200]!r} is no address of http or https without user and query",
            field="base_url",
        )
    has_base = bool(changed.base_url) or (known is not None and known.base is not None)
    if not has_base and (changed.key or known is None):
        raise BadInput(
            f"{changed.name} needs a base URL: a key is sent to an address that an admin entered, and nowhere else",
            field="base_url",
        )
    if not is_sendable(changed.key):
        raise BadInput("key holds a character that no header may hold", field="key")


def _row(request: Request, row: provider_book.ProviderRow) -> ProviderRow:
    is_admin = caller_of(request).owner
    told = asdict(row) | {"models": list(row.models)}
    told["tested"] = _tested(row.tested, is_admin=is_admin) if row.tested else None
    return ProviderRow.model_validate(told if is_admin else told | {"base_url": ""})


def _tested(tested: provider_book.Tested, *, is_admin: bool) -> ProviderTested:
    return ProviderTested(
        at=rfc3339(tested.at_ns),
        ok=tested.ok,
        took_ms=tested.took_ms,
        error=tested.error if is_admin and tested.error else None,
    )
