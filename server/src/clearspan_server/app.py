"""One running server: the only place where its parts meet."""

import asyncio
import gc
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount

from clearspan_server import __version__
from clearspan_server.api import (
    accounts,
    backups,
    chat_attachments,
    compare,
    contents,
    conversations,
    cost,
    dashboards,
    deliveries,
    erasures,
    export,
    facets,
    failures,
    groups,
    health,
    histogram,
    keys,
    langfuse,
    langfuse_comments,
    langfuse_datasets,
    langfuse_media,
    langfuse_metrics,
    langfuse_observations,
    langfuse_prompts,
    langfuse_scores,
    langfuse_traces,
    live,
    logs,
    mapping,
    metrics,
    normalisations,
    notes,
    openapi,
    otlp,
    outline,
    overview,
    pages,
    playground,
    prices,
    processes,
    projects,
    prometheus,
    prompts,
    providers,
    quarantine,
    redaction,
    replies,
    repricing,
    rescans,
    retention,
    rollups,
    scores,
    scrapes,
    series,
    session,
    shares,
    spans,
    sql,
    storage,
    texts,
    traces,
    values,
    views,
    whatif,
    whereabouts,
    xtrace,
    xtrace_metrics,
)
from clearspan_server.api.access import GATE
from clearspan_server.api.guard import Guard
from clearspan_server.api.read_rates import ReadRates
from clearspan_server.api.shapes import ErrorReply
from clearspan_server.api.state import State
from clearspan_server.chat.answers import Answers
from clearspan_server.chat.runs import Runs
from clearspan_server.chat.talks import Talks
from clearspan_server.gateway.credentials import Credentials
from clearspan_server.gateway.provider_book import ProviderBook, Simulated
from clearspan_server.gateway.providers import PREFIX
from clearspan_server.gateway.recorder import Figures, Recorder
from clearspan_server.gateway.relay import Gateway
from clearspan_server.gateway.upstream import Upstreams
from clearspan_server.ingest import presidio
from clearspan_server.ingest.analyzer import Analyzer
from clearspan_server.ingest.budget import Budget
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.privacies import Privacies
from clearspan_server.ingest.receive import Receiver
from clearspan_server.ingest.senders import Senders
from clearspan_server.ingest.writer import BatchLimits, Writer
from clearspan_server.jobs import removal_means
from clearspan_server.jobs.lifecycle import Lifecycle, Stores
from clearspan_server.jobs.removing import Remover
from clearspan_server.jobs.rewriting import Means, Rewriter
from clearspan_server.jobs.rollups import Rollups
from clearspan_server.jobs.scraping import Scraper
from clearspan_server.jobs.states import Patience, Watch
from clearspan_server.model.deriving import Deriving
from clearspan_server.query.waiting import Waiting
from clearspan_server.rpc.otlp import Otlp
from clearspan_server.rpc.server import GrpcServer
from clearspan_server.settings import Settings, provider_variables
from clearspan_server.simulator.inside import InProcess
from clearspan_server.store.accounts import Accounts
from clearspan_server.store.agenda import Agenda
from clearspan_server.store.backups import Backups
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.cold import Cold
from clearspan_server.store.cold_place import place_of
from clearspan_server.store.console import Console
from clearspan_server.store.conversations import Conversations
from clearspan_server.store.curated import Curated
from clearspan_server.store.disk import Disk
from clearspan_server.store.engine import Engine
from clearspan_server.store.faults import FaultyEngine
from clearspan_server.store.folder import CATALOG, Folder
from clearspan_server.store.journal import Journal
from clearspan_server.store.media import Media
from clearspan_server.store.migrations import migrate
from clearspan_server.store.notes import Notes
from clearspan_server.store.privacy import PrivacyStore
from clearspan_server.store.providers import StoredProviders
from clearspan_server.store.quarantine import Quarantine
from clearspan_server.store.removals import Removals
from clearspan_server.store.rewrites import Rewrites
from clearspan_server.store.secrets import Secrets
from clearspan_server.store.targets import Targets
from clearspan_server.store.watermark import Watermark

LOG = logging.getLogger(__name__)

ROUTES: tuple[APIRouter, ...] = (
    otlp.router,
    langfuse.router,
    langfuse_scores.router,
    langfuse_media.router,
    langfuse_traces.router,
    langfuse_observations.router,
    langfuse_metrics.router,
    langfuse_prompts.router,
    langfuse_datasets.router,
    langfuse_comments.router,
    xtrace.router,
    xtrace_metrics.router,
    session.router,
    accounts.router,
    projects.router,
    keys.router,
    traces.router,
    outline.router,
    contents.router,
    compare.router,
    spans.router,
    texts.router,
    groups.router,
    failures.router,
    histogram.router,
    facets.router,
    export.router,
    views.router,
    whatif.router,
    mapping.router,
    scores.router,
    notes.router,
    shares.router,
    prompts.router,
    providers.router,
    overview.router,
    cost.router,
    metrics.router,
    scrapes.router,
    values.router,
    normalisations.router,
    repricing.router,
    prices.router,
    rollups.router,
    sql.router,
    series.router,
    dashboards.router,
    conversations.router,
    chat_attachments.router,
    playground.router,
    deliveries.router,
    quarantine.router,
    whereabouts.router,
    redaction.router,
    rescans.router,
    storage.router,
    retention.router,
    erasures.router,
    backups.router,
    live.router,
    logs.router,
    processes.router,
    health.router,
    prometheus.router,
    openapi.router,
)
_RECEIVERS = (
    1  # threads that decode; a second one only waits for the interpreter, and costs a third more
)

_COLLECT_AFTER = 20_000  # new objects; a request of 256 spans makes about so many
_BODIES_BYTES = 128 * 1024 * 1024  # of requests under way

Progress = Callable[[str], None]


@dataclass(slots=True)
class Parts:
    """What create_app starts and stops, beside the state that routes see."""

    state: State
    lifecycle: Lifecycle
    rollups: Rollups
    rewriter: Rewriter
    remover: Remover
    agenda: Agenda


def build(settings: Settings, folder: Folder, progress: Progress = LOG.info) -> Parts:
    """Open the stores of a data folder and put the parts together; nothing runs yet.

    Raises:
        FolderInUse, Unavailable, StartRefused: a part does not open, or a setting cannot be read.
    """
    analyzer, at, most_bytes = _analyzer(settings, progress), folder.path, settings.max_body_bytes
    engine = _engine(at / "engine", settings.faults, progress)
    disk, journal = _journal(settings, at, progress)
    catalog, agenda, told = Catalog(at / CATALOG), Agenda(at / "agenda.db"), Watermark(at / "told")
    book, notes, senders = Prices(catalog, at / "prices.json"), Notes(catalog.database), Senders()
    feed, cold, deriving = live.Live(journal.stored), _cold(settings, at, engine), Deriving()
    quarantine, rewrites = Quarantine(at / "quarantine.db"), Rewrites(at / "rewrites.db")
    rewriting, removing, wake_remover = threading.Lock(), threading.Lock(), threading.Event()
    privacies = Privacies(PrivacyStore(catalog.database), folder.token.encode(), analyzer)
    stores = Stores(journal, engine, agenda, told, book, privacies.of, rewriting, cold)
    lifecycle = _lifecycle(stores, senders, feed, deriving, _patience(settings))
    means = _rewriting_means(stores, rewrites, notes, lifecycle)
    rewriter, rollups_job = Rewriter(means), Rollups(engine, agenda)
    writer = Writer(journal, engine, quarantine, _limits(settings), lifecycle.stored)
    receiver = Receiver(journal, catalog, privacies.of, senders, book, max_body_bytes=most_bytes)
    gateway = _gateway(settings, folder, catalog, receiver)
    locks = (writer.storing, rewriting, rollups_job.computing)  # in the order of holding
    state = State(
        settings=settings,
        token=folder.token,
        engine=engine,
        console=Console(engine.target),
        journal=journal,
        catalog=catalog,
        cold=cold,
        targets=Targets(catalog.database),
        notes=notes,
        media=Media(catalog.database, at / "blobs"),
        prices=book,
        rewrites=rewrites,
        wake_rewriter=rewriter.wake,
        removals=Removals(at / "removals.db"),
        wake_remover=wake_remover.set,
        backups=Backups(at, engine, lambda: _all_of(locks), removing),
        live=feed,
        receiving=ThreadPoolExecutor(_RECEIVERS, thread_name_prefix="receive"),
        receiver=receiver,
        privacies=privacies,
        bodies=Budget(max(_BODIES_BYTES, 2 * most_bytes)),
        writer=writer,
        senders=senders,
        waiting=Waiting(journal),
        quarantine=quarantine,
        disk=disk,
        agenda=agenda,
        deriving=deriving,
        read_rates=ReadRates(settings.reads_per_s, settings.reads_burst),
        gateway=gateway,
        answers=Answers(gateway, Conversations(catalog.database)),
        runs=Runs(gateway),
    )
    remover = Remover(_removal_means(state, means, rollups_job, removing), wake_remover)
    return Parts(state, lifecycle, rollups_job, rewriter, remover, agenda)


@contextmanager
def _all_of(locks: Sequence[threading.Lock]) -> Iterator[None]:
    with ExitStack() as stack:
        for lock in locks:
            stack.enter_context(lock)
        yield


def _cold(settings: Settings, at: Path, engine: Engine) -> Cold:
    return Cold(at / "cold.db", place_of(settings.cold, settings.cold_endpoint), engine)


def _analyzer(settings: Settings, progress: Progress) -> Analyzer | None:
    if not settings.presidio:
        return None
    progress("loading Presidio")
    return presidio.load(Path(settings.presidio).expanduser())


def _rewriting_means(
    stores: Stores, rewrites: Rewrites, notes: Notes, lifecycle: Lifecycle
) -> Means:
    return Means(
        engine=stores.engine,
        journal=stores.journal,
        prices=stores.prices,
        rewrites=rewrites,
        notes=notes,
        privacy_of=stores.privacy_of,
        rewriting=stores.rewriting,
        recompute=lifecycle.recompute,
    )


def _removal_means(
    state: State, means: Means, sums: Rollups, removing: threading.Lock
) -> removal_means.Means:
    return removal_means.Means(
        engine=state.engine,
        journal=state.journal,
        agenda=state.agenda,
        removals=state.removals,
        retention=state.retention,
        notes=state.notes,
        shares=state.shares,
        curated=Curated(state.catalog.database, state.targets.changed.set),
        conversations=state.conversations,
        cold=state.cold,
        media=state.media,
        privacy=PrivacyStore(state.catalog.database),
        rewrites=state.rewrites,
        quarantine=state.quarantine,
        key=state.token.encode(),
        rewriting=means.rewriting,
        removing=removing,
        projects=state.catalog.projects,
        backups=state.backups.standing,
        recompute=means.recompute,
        sweep=sums.sweep,
        hasten=sums.hasten,
        forget=state.live.forget,
        silence=Talks(state.answers, state.runs, lambda: state.gateway.figures.waiting).silence,
    )


def _journal(settings: Settings, folder: Path, progress: Progress) -> tuple[Disk, Journal]:
    progress("opening the journal")
    disk = Disk(folder, settings.min_free_bytes)
    return disk, Journal(folder / "journal", max_bytes=settings.max_journal_bytes, disk=disk)


def _lifecycle(
    stores: Stores, senders: Senders, feed: live.Live, deriving: Deriving, patience: Patience
) -> Lifecycle:
    watch = Watch(senders, patience)
    return Lifecycle(stores, watch, feed.changed, deriving, quiet_ns=patience.quiet_ns)


def _limits(settings: Settings) -> BatchLimits:
    return BatchLimits(settings.batch_rows, settings.batch_bytes, settings.batch_age_ms / 1000)


def _patience(settings: Settings) -> Patience:
    all_s = (settings.quiet_s, settings.stalled_s, settings.crashed_s)
    return Patience(*(seconds * 10**9 for seconds in all_s))


def _engine(folder: Path, faults: str, progress: Progress) -> Engine:
    progress("opening the engine")
    engine = FaultyEngine(folder, Path(faults)) if faults else Engine(folder)
    for step in migrate(engine):
        progress(f"migration {step.number}: {step.name}")
    return engine


def create_app(parts: Parts, grpc_server: GrpcServer) -> FastAPI:
    """The ASGI application; its lifespan starts the threads, and drains and closes everything at the end."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        parts.state.conversations.interrupt()  # what the last end of the server left half-written
        parts.state.live.bind(asyncio.get_running_loop())
        parts.lifecycle.start()
        parts.rollups.start()
        parts.rewriter.start()
        parts.remover.start()
        parts.state.writer.start()
        scraper = Scraper(parts.state.targets, parts.state.receiver)
        scraper.start()
        # What is here now stays: the collector need not look at it again at every few hundred spans.
        gc.freeze()
        gc.set_threshold(_COLLECT_AFTER)
        gc.enable()
        grpc_server.start(_otlp(parts.state).handlers())
        yield
        await parts.state.answers.close()
        await parts.state.runs.close()
        await gateway.close()
        await asyncio.to_thread(scraper.stop)
        await asyncio.to_thread(grpc_server.stop)
        await asyncio.to_thread(shut_down, parts)

    app, gateway = schema_app(), parts.state.gateway
    app.router.lifespan_context = lifespan
    app.state.server = parts.state
    # First: routes are tried one after the other, and some 200 of them would cost each call a millisecond.
    app.router.routes.insert(0, Mount(PREFIX, app=gateway))
    pages.mount(app)
    return app


def _gateway(settings: Settings, folder: Folder, catalog: Catalog, receiver: Receiver) -> Gateway:
    stored, inside = StoredProviders(catalog.database, Secrets(folder.path)), InProcess()
    simulated = Simulated(inside.models, inside.url, inside.stop)
    return Gateway(
        ProviderBook(stored, settings.gateway_urls, provider_variables(), simulated),
        Credentials(catalog, Accounts(catalog.database), folder.token),
        Upstreams(settings.gateway_wait_s),
        Recorder(receiver, Figures()),
    )


def _otlp(state: State) -> Otlp:
    return Otlp(
        receiver=state.receiver,
        receiving=state.receiving,
        bodies=state.bodies,
        catalog=state.catalog,
        accounts=state.accounts,
        token=state.token,
        wait_s=state.settings.body_wait_s,
    )


def schema_app() -> FastAPI:
    """The routes without a server behind them: enough for the OpenAPI document."""
    app = FastAPI(
        title="Clearspan",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # openapi.router has it, behind the gate
        generate_unique_id_function=_operation_id,
        responses={"4XX": {"model": ErrorReply}, "5XX": {"model": ErrorReply}},
    )
    app.add_middleware(Guard)
    app.add_middleware(prometheus.Timing)
    replies.install(app)
    for router in ROUTES:
        app.include_router(router, dependencies=[GATE])
    return app


def shut_down(parts: Parts, progress: Progress = LOG.info) -> None:
    """Drain: what was acknowledged goes to the engine as far as the time allows; the rest waits in the journal."""
    state = parts.state
    state.receiving.shutdown(wait=True)
    entries, _ = state.journal.backlog()
    if entries:
        progress(f"storing {entries} entries of the journal")
    deadline = time.monotonic() + state.settings.drain_s
    if not state.writer.stop(state.settings.drain_s, progress):
        progress("time is up; the rest waits in the journal for the next start")
    parts.rewriter.stop(timeout_s=max(1.0, deadline - time.monotonic()))
    parts.remover.stop(timeout_s=max(1.0, deadline - time.monotonic()))
    parts.lifecycle.stop(timeout_s=max(1.0, deadline - time.monotonic()))
    parts.rollups.stop(timeout_s=max(1.0, deadline - time.monotonic()))
    state.journal.close()
    state.console.close()
    state.engine.close()
    state.catalog.close()
    state.quarantine.close()
    state.rewrites.close()
    state.removals.close()
    state.cold.close()
    parts.agenda.close()


def _operation_id(route: APIRoute) -> str:
    return route.name
