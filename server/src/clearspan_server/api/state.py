"""What every route can reach: the parts of one running server, put together by app.py."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from clearspan_server.api.attempts import Attempts
from clearspan_server.api.live import Live
from clearspan_server.api.read_rates import ReadRates
from clearspan_server.gateway.recorder import Figures
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
    accounts: Accounts
    sessions: Sessions
    views: Views
    targets: Targets
    notes: Notes
    prompts: Prompts
    datasets: Datasets
    media: Media
    prices: Prices
    rewrites: Rewrites
    wake_rewriter: Callable[[], None]
    removals: Removals
    retention: Retention
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
    calls: Figures = field(default_factory=Figures)
    attempts: Attempts = field(default_factory=Attempts)

    @property
    def shares(self) -> Shares:
        """Links to traces, which are all in the catalog's database."""
        return Shares(self.catalog.database)

    @property
    def dashboards(self) -> Dashboards:
        """Dashboards, which are all in the catalog's database."""
        return Dashboards(self.catalog.database)


def state_of(connection: HTTPConnection) -> State:
    """The server's parts, from any request."""
    state: State = connection.app.state.server
    return state
