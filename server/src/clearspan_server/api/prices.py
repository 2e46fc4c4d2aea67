"""`/prices`: what is priced with, the project's own entries, and which of them means a model."""

import asyncio
import time
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from clearspan_server.api.access import OWNER, ReadAccess, read_access, written_project
from clearspan_server.api.body import body_of
from clearspan_server.api.encode import money
from clearspan_server.api.shapes_prices import (
    ClassPrice,
    PassedOver,
    PriceBook,
    PriceFound,
    PriceListInfo,
    PriceRequest,
    PriceRow,
    PriceTier,
)
from clearspan_server.api.state import State, state_of
from clearspan_server.api.window import TIMES, ScopeQuery, parse_time, rfc3339
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.ingest.own_prices import CLASSES, check_entry
from clearspan_server.ingest.price_card import PRICE_DIGITS, Card, Rate
from clearspan_server.ingest.price_search import search
from clearspan_server.model.price_entry import PriceEntry

router = APIRouter(prefix="/api/v1/prices", tags=["prices"])


class FindQuery(ScopeQuery):
    """A model as spans name it, and when; without a moment, now."""

    provider: str = Field(default="", max_length=200)
    model: str = Field(min_length=1, max_length=200)
    service_tier: str = Field(default="", max_length=100)
    at: str | None = Field(default=None, description=TIMES)


@router.get("")
def get_prices(
    request: Request,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> PriceBook:
    """The price list's version and the project's own entries, which come before it."""
    del asked
    return PriceBook(
        price_list=_list_info(state_of(request)),
        entries=[_row(entry) for entry in access.book.own.entries],
        classes=list(CLASSES),
    )


@router.put("")
def put_price(request: Request, asked: PriceRequest) -> PriceRow:
    """Store an entry; it prices what comes from now on. What is stored already changes by re-pricing."""
    project = written_project(request, asked.project)
    if asked.currency != "USD":
        raise BadInput(f"prices are in USD, not {asked.currency[:40]!r}", field="currency")
    checked = check_entry(asked.provider, asked.model, asked.since, asked.prices)
    server = state_of(request)
    stored = server.catalog.put_price(project, asked.id, checked)
    if stored is None:
        raise NotFound(f"no price {asked.id!r} is in project {project!r}")
    server.prices.forget(project)
    return _row(stored)


@router.get("/find")
def find_price(
    asked: Annotated[FindQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> PriceFound:
    """Which entry prices a model, and why."""
    at_ns = time.time_ns() if asked.at is None else parse_time(asked.at, "at")
    found = search(access.book, asked.provider, asked.model, asked.service_tier, at_ns)
    origin = found.card.origin if found.card else None
    return PriceFound(
        source=origin.source if origin else "",
        provider=origin.provider if origin else "",
        model=origin.model if origin else "",
        since=rfc3339(origin.since_ns)[:10] if origin and origin.since_ns is not None else None,
        service_tier=origin.service_tier if origin else "",
        prices=_class_prices(found.card),
        why=found.why,
        entry=_row(found.match.entry) if found.match else None,
        passed_over=[PassedOver(entry=_row(one), why=why) for one, why in found.passed_over],
    )


@router.put("/list", dependencies=[OWNER])
async def import_list(request: Request) -> PriceListInfo:
    """Use a newer price list, genai-prices' `data.json`, in all projects from now on; kept in the data folder."""
    server = state_of(request)
    settings = server.settings
    limits = {"max_bytes": settings.max_body_bytes, "wait_s": settings.body_wait_s}
    async with body_of(request, server.bodies, **limits) as data:
        await asyncio.to_thread(server.prices.import_list, data)
    return _list_info(server)


@router.delete("/list", dependencies=[OWNER])
def drop_list(request: Request) -> PriceListInfo:
    """Go back to the price list that came with the installation."""
    server = state_of(request)
    server.prices.drop_list()
    return _list_info(server)


@router.delete("/{price_id}", status_code=204, response_class=Response)
def delete_price(request: Request, price_id: str) -> Response:
    """Delete an entry; what it priced keeps its cost until it is re-priced."""
    project = written_project(request, "")
    server = state_of(request)
    if not server.catalog.delete_price(project, price_id):
        raise NotFound(f"no price {price_id!r} is in project {project!r}")
    server.prices.forget(project)
    return Response(status_code=204)


def _list_info(server: State) -> PriceListInfo:
    imported = server.prices.imported()
    said = None if imported is None else imported.isoformat().replace("+00:00", "Z")
    return PriceListInfo(version=server.prices.list.version, imported=said)


def _row(entry: PriceEntry) -> PriceRow:
    return PriceRow(
        id=entry.id,
        provider=entry.provider,
        model=entry.model,
        since=None if entry.since is None else entry.since.isoformat(),
        prices={name: money(price) for name, price in entry.prices.items()},
        source=entry.source,
    )


def _class_prices(card: Card | None) -> list[ClassPrice]:
    """The classes of a card: input and its parts, then output, then the rest."""
    rates = sorted(card.rates, key=lambda rate: (rate.side, rate.usage)) if card else []
    return [_class_price(rate) for rate in rates]


def _class_price(rate: Rate) -> ClassPrice:
    def said(price: int) -> str:
        return money(Decimal(price * rate.per).scaleb(-PRICE_DIGITS))

    tiers = [PriceTier(above_tokens=above, unit_price=said(price)) for above, price in rate.tiers]
    return ClassPrice(name=rate.name, unit_price=said(rate.price), per=rate.per, tiers=tiers)
