"""What every route can reach: the parts of one running server, put together by app.py."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from clearspan_server.api.attempts import Attempts
from clearspan_server.api.live import Live
from clearspan_server.api.read_rates import ReadRates
from clearspan_server.chat.answers import Answers
from clearspan_server.chat.runs import Runs
from clearspan_server.gateway.provider_book import ProviderBook
from clearspan_server.gateway.relay import Gateway
from clearspan_server.ingest.budget import Budget
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.privacies import Privacies
from clearspan_server.ingest.receive import Receiver
from clearspan_server.ingest.senders import Senders
from clearspan_server.ingest.writer import Writer
from clearspan_server.model.deriving import Deriving
from clearspan_server.query.waiting import Waiting
from clearspan_server.settings import Settings
from clearspan_server.store.accounts import Accounts
from clearspan_server.store.agenda import Agenda
from clearspan_server.store.backups import Backups
from clearspan_server.store.browser_sessions import Sessions
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.cold import Cold
from clearspan_server.store.console import Console
from clearspan_server.store.conversations import Conversations
from clearspan_server.store.dashboards import Dashboards
from clearspan_server.store.datasets import Datasets
from clearspan_server.store.disk import Disk
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Journal
from clearspan_server.store.media import Media
from clearspan_server.store.notes import Notes
from clearspan_server.store.prompts import Prompts
from clearspan_server.store.quarantine import Quarantine
from clearspan_server.store.removals import Removals
from clearspan_server.store.retention import Retention
from clearspan_server.store.rewrites import Rewrites
from clearspan_server.store.shares import Shares
from clearspan_server.store.targets import Targets
from clearspan_server.store.views import Views


@dataclass(slots=True, frozen=True)
class State:
    """The parts of a running server. `receiving` is the bounded pool of CPU-bound ingest."""

    settings: Settings
    token: str
    engine: Engine
    console: Console
    journal: Journal
    catalog: Catalog
    cold: Cold
    targets: Targets
    notes: Notes
    media: Media
    prices: Prices
    rewrites: Rewrites
    wake_rewriter: Callable[[], None]
    removals: Removals
    wake_remover: Callable[[], None]
    backups: Backups
    live: Live
    receiving: ThreadPoolExecutor
    receiver: Receiver
    privacies: Privacies
    bodies: Budget
    writer: Writer
    senders: Senders
    waiting: Waiting
    quarantine: Quarantine
    disk: Disk
    agenda: Agenda
    deriving: Deriving
    read_rates: ReadRates
    gateway: Gateway
    answers: Answers
    runs: Runs
    attempts: Attempts = field(default_factory=Attempts)

    @property
    def accounts(self) -> Accounts:
        return self.gateway.credentials.accounts

    @property
    def providers(self) -> ProviderBook:
        return self.gateway.book

    # What is all in the catalog's database, and holds nothing itself.

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.catalog.database, hours=self.settings.session_hours)

    @property
    def views(self) -> Views:
        return Views(self.catalog.database)

    @property
    def prompts(self) -> Prompts:
        return Prompts(self.catalog.database)

    @property
    def datasets(self) -> Datasets:
        return Datasets(self.catalog.database)

    @property
    def retention(self) -> Retention:
        return Retention(self.catalog.database)

    @property
    def shares(self) -> Shares:
        return Shares(self.catalog.database)

    @property
    def conversations(self) -> Conversations:
        return Conversations(self.catalog.database)

    @property
    def dashboards(self) -> Dashboards:
        return Dashboards(self.catalog.database)


def state_of(connection: HTTPConnection) -> State:
    """The server's parts, from any request."""
    state: State = connection.app.state.server
    return state
