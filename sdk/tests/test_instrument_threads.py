"""Work that is handed to threads, pools and processes belongs to the span that handed it over."""

import contextvars
import decimal
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import Pool, ThreadPool

import pytest

import clearspan
from clearspan.instrument import threads
from clearspan.testing import capture_spans
from programs import Programs
from receiver import Receiver


@pytest.fixture(autouse=True)
def instrumented() -> Iterator[None]:
    threads.instrument()
    yield
    threads.uninstrument()


def parent(_: object = None) -> str:
    return clearspan.current_span_id() or ""


def user(_: object = None) -> object:
    with clearspan.span("work") as span:
        return span.facts().get("user")


def by_thread() -> str:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(parent()))
    thread.start()
    thread.join()
    return found[0]


def by_subclass() -> str:
    found: list[str] = []

    class Worker(threading.Thread):
        def run(self) -> None:  # type: ignore[explicit-override]  # override is of Python 3.12
            found.append(parent())

    thread = Worker()
    thread.start()
    thread.join()
    return found[0]


def by_timer() -> str:
    found: list[str] = []
    timer = threading.Timer(0, lambda: found.append(parent()))
    timer.start()
    timer.join()
    return found[0]


def by_thread_pool() -> str:
    with ThreadPoolExecutor() as pool:
        return pool.submit(parent).result()


def by_thread_pool_map() -> str:
    with ThreadPoolExecutor() as pool:
        return next(iter(pool.map(parent, [1])))


def by_old_thread_pool() -> str:
    with ThreadPool(1) as pool:
        return next(pool.imap(func=parent, iterable=[1]))


@pytest.mark.parametrize(
    "work",
    [by_thread, by_subclass, by_timer, by_thread_pool, by_thread_pool_map, by_old_thread_pool],
)
def test_threads_are_inside_the_span_that_started_them(work: Callable[[], str]) -> None:
    with capture_spans(), clearspan.span("root") as root:
        found = work()

    assert found == root.span_id


def test_a_pool_that_pickles_its_functions_gets_them_as_they_are() -> None:
    class InterpreterPoolExecutor(ThreadPoolExecutor):
        """Named as that of Python 3.14."""

    with capture_spans(), InterpreterPoolExecutor() as pool, clearspan.span("root"):
        assert pool.submit(parent).result() == ""


def test_a_worker_of_a_pool_takes_each_tasks_place_and_keeps_none() -> None:
    with capture_spans(), ThreadPoolExecutor(1) as pool:
        with clearspan.span("first") as first:
            inside = pool.submit(parent).result()
        outside = pool.submit(parent).result()

    assert inside == first.span_id
    assert outside == ""


def test_the_programs_own_context_is_not_carried() -> None:
    own = contextvars.ContextVar("own", default="unset")

    with capture_spans(), ThreadPoolExecutor() as pool, clearspan.span("root"):
        own.set("set")
        with decimal.localcontext() as exact:
            exact.prec = 3
            found = pool.submit(lambda: (own.get(), decimal.getcontext().prec)).result()

    assert found == ("unset", 28)


def test_a_thread_that_has_run_is_as_before() -> None:
    thread = threading.Thread(target=parent)

    with capture_spans(), clearspan.span("root"):
        thread.start()
        thread.join()
        with pytest.raises(RuntimeError, match="only be started once"):
            thread.start()

    assert "run" not in vars(thread)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_processes_are_inside_the_span_that_started_them(method: str, programs: Programs) -> None:
    # A program of its own: this one has threads, so that it must not be forked.
    ended = programs.run(PROGRAM.replace("METHOD", method), CLEARSPAN_DISABLED="1")

    assert ended.err == ""
    assert ended.out.strip() == "True ann True ann True True"


PROGRAM = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import clearspan
from clearspan.instrument import threads


def work(_=None):
    with clearspan.span("work") as span:
        return span.parent_id, span.facts().get("user")


def tell(queue):
    queue.put(work())


if __name__ == "__main__":
    threads.instrument()
    multiprocessing.set_start_method("METHOD")
    with ProcessPoolExecutor(1) as pool, multiprocessing.Pool(1) as old:
        with clearspan.span("root") as root, clearspan.context(user="ann"):
            queue = multiprocessing.SimpleQueue()
            process = multiprocessing.Process(target=tell, args=(queue,))
            process.start()
            first, process_user = queue.get()
            process.join()
            second, pool_user = pool.submit(work).result()
            third, _ = old.map(work, [1])[0]
        print(
            first == root.span_id, process_user, second == root.span_id, pool_user,
            third == root.span_id, pool.submit(work).result()[0] == "",
        )
"""


def test_what_a_process_of_a_pool_recorded_is_delivered(
    programs: Programs, receiver: Receiver
) -> None:
    ended = programs.run(DELIVERING, CLEARSPAN_ENDPOINT=receiver.url)

    assert ended.err == ""
    work, root = receiver.span("work"), receiver.span("root")
    assert work["parentSpanId"] == root["spanId"]
    assert work["traceId"] == root["traceId"]


DELIVERING = """
from concurrent.futures import ProcessPoolExecutor

import clearspan
from clearspan.instrument import threads


@clearspan.trace
def work():
    pass


if __name__ == "__main__":
    threads.instrument()
    with ProcessPoolExecutor(1) as pool, clearspan.span("root"):
        pool.submit(work).result()
"""


def test_uninstrumenting_leaves_the_classes_as_they_were() -> None:
    patched = (threading.Thread.start, ThreadPoolExecutor.submit, ProcessPoolExecutor.submit)

    threads.uninstrument()
    before = (threading.Thread.start, ThreadPoolExecutor.submit, ProcessPoolExecutor.submit)
    pool_methods = [vars(Pool)[name].__module__ for name in threads.POOL_METHODS]

    assert all(ours is not theirs for ours, theirs in zip(patched, before, strict=True))
    assert {method.__module__ for method in before} <= {
        "threading",
        "concurrent.futures.thread",
        "concurrent.futures.process",
    }
    assert set(pool_methods) == {"multiprocessing.pool"}
    assert multiprocessing.Process.start.__module__ == "multiprocessing.process"
