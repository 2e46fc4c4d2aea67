"""The prices in force: the price list, and before it what each project has entered; changed without a restart."""

import logging
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clearspan_server.errors import BadInput
from clearspan_server.ingest.own_prices import Match, OwnPrices
from clearspan_server.ingest.price_card import Card
from clearspan_server.ingest.price_list import BUNDLED, PriceList, read_list
from clearspan_server.store.catalog import Catalog

LOG = logging.getLogger(__name__)


@dataclass(slots=True, frozen=True)
class Book:
    """The prices of one project: its own entries first, then the list."""

    prices: PriceList = BUNDLED
    own: OwnPrices = OwnPrices(())  # noqa: RUF009 - immutable

    def match(self, provider: str, names: tuple[str, ...], at_ns: int) -> Match | None:
        """The project's own entry for a model of these names, the one that answered first."""
        return self.own.find(self.prices.provider_names(provider), names, at_ns)

    def card(
        self, provider: str, names: tuple[str, ...], service_tier: str, at_ns: int
    ) -> Card | None:
        """The prices of a call; None when nobody knows them. An own entry holds for every service tier."""
        if self.own.entries and (match := self.match(provider, names, at_ns)):
            return match.card
        for name in names:
            if found := self.prices.schedule(provider, name, service_tier):
                return found.card_at(at_ns)
        return None


LIST_ONLY = Book()


class Prices:
    """The book of each project. Thread-safe: a change holds for whatever is priced after it."""

    def __init__(self, catalog: Catalog, file: Path) -> None:
        self._catalog = catalog
        self._file = file  # a newer list that somebody imported
        self._lock = threading.Lock()
        self._books: dict[str, Book] = {}
        self.list = self._stored()

    def of(self, project: str) -> Book:
        """The prices of a project.

        Raises:
            SQLAlchemyError: the catalog cannot be read.
        """
        book = self._books.get(project)
        if book is None:
            with self._lock:
                own = OwnPrices(self._catalog.list_prices(project))
                book = self._books[project] = Book(self.list, own)
        return book

    def forget(self, project: str) -> None:
        """The project's entries have changed."""
        with self._lock:
            self._books.pop(project, None)

    def imported(self) -> datetime | None:
        """When the list was imported; None for the one that came with the installation."""
        if self.list is BUNDLED:
            return None
        return datetime.fromtimestamp(self._file.stat().st_mtime, UTC)

    def import_list(self, data: bytes) -> PriceList:
        """Keep a newer list and use it from now on.

        Raises:
            BadInput: it is not a list of prices; the one in use stays.
        """
        found = read_list(data)
        partial = self._file.with_suffix(".new")
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._file)
        self._use(found)
        return found

    def drop_list(self) -> None:
        """Go back to the list that came with the installation."""
        self._file.unlink(missing_ok=True)
        self._use(BUNDLED)

    def _use(self, prices: PriceList) -> None:
        with self._lock:
            self.list = prices
            self._books.clear()

    def _stored(self) -> PriceList:
        if not self._file.exists():
            return BUNDLED
        try:
            return read_list(self._file.read_bytes())
        except (BadInput, OSError) as error:
            LOG.warning("the imported price list is not used, but the installed one: %s", error)
            return BUNDLED
