"""Which span becomes the parent, wherever the program's code happens to run."""

import asyncio
import contextvars
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager

import pytest

import clearspan
from clearspan.testing import capture_spans
from programs import Programs
from receiver import Receiver


def leaf() -> None:
    with clearspan.span("leaf"):
        pass


async def async_leaf() -> None:
    await asyncio.sleep(0)
    leaf()


async def plain_await() -> None:
    await async_leaf()


async def gather() -> None:
    await asyncio.gather(async_leaf(), async_leaf())


async def nested_task() -> None:
    async def spawn() -> None:
        await asyncio.create_task(async_leaf())

    await asyncio.create_task(spawn())


async def to_thread() -> None:
    await asyncio.to_thread(leaf)


async def executor_with_copied_context() -> None:
    with ThreadPoolExecutor() as pool:
        context = contextvars.copy_context()
        await asyncio.get_running_loop().run_in_executor(pool, context.run, leaf)


async def async_generator() -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1
        leaf()

    async for _ in numbers():
        pass


async def async_generator_that_another_task_finishes() -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1
        leaf()

    async def finish() -> None:
        async for _ in running:
            pass

    running = numbers()
    await anext(running)
    await asyncio.create_task(finish())


async def generators_that_take_turns() -> None:
    def numbers() -> Iterator[None]:
        for _ in range(2):
            leaf()
            yield

    for _ in zip(numbers(), numbers(), strict=True):
        await asyncio.sleep(0)


async def callback_of_the_loop() -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.call_soon(leaf)
    loop.call_later(0, done.set)
    await done.wait()


async def callback_of_a_task() -> None:
    task = asyncio.create_task(asyncio.sleep(0))
    task.add_done_callback(lambda _: leaf())
    await task
    await asyncio.sleep(0)


async def callback_of_another_thread() -> None:
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def reply() -> None:
        leaf()
        done.set()

    context = contextvars.copy_context()
    await asyncio.to_thread(lambda: loop.call_soon_threadsafe(reply, context=context))
    await done.wait()


async def task_with_a_context_of_its_own() -> None:
    with clearspan.context(user="ann"):
        await asyncio.create_task(async_leaf())


async def context_manager_around_a_yield() -> None:
    @contextmanager
    def session() -> Iterator[None]:
        with clearspan.context(session="s-1"):
            yield

    with session():
        await async_leaf()
    leaf()


async def async_context_manager_around_a_yield() -> None:
    @asynccontextmanager
    async def session() -> AsyncIterator[None]:
        with clearspan.context(session="s-1"):
            await asyncio.sleep(0)
            yield
            await asyncio.sleep(0)

    async with session():
        await async_leaf()
    leaf()


async def time_limit() -> None:
    await asyncio.wait_for(async_leaf(), timeout=20)


async def task_that_is_shielded() -> None:
    await asyncio.shield(async_leaf())


@pytest.mark.parametrize(
    "work",
    [
        plain_await,
        gather,
        nested_task,
        to_thread,
        executor_with_copied_context,
        async_generator,
        async_generator_that_another_task_finishes,
        generators_that_take_turns,
        callback_of_the_loop,
        callback_of_a_task,
        callback_of_another_thread,
        task_with_a_context_of_its_own,
        context_manager_around_a_yield,
        async_context_manager_around_a_yield,
        time_limit,
        task_that_is_shielded,
    ],
)
def test_work_started_inside_a_span_belongs_to_it(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> str:
        with clearspan.span("root") as root:
            await work()
        return root.span_id

    with capture_spans() as spans:
        root_id = asyncio.run(main())

    leaves = [span for span in spans if span.name == "leaf"]
    assert leaves
    assert {span.parent_id for span in leaves} == {root_id}


async def traced_coroutine() -> None:
    @clearspan.trace(name="parent")
    async def run() -> None:
        await asyncio.gather(async_leaf(), asyncio.to_thread(leaf))

    await run()


async def traced_generator() -> None:
    @clearspan.trace(name="parent")
    def numbers() -> Iterator[int]:
        leaf()
        yield 1
        leaf()

    for _ in numbers():
        await asyncio.sleep(0)


async def traced_async_generator() -> None:
    @clearspan.trace(name="parent")
    async def numbers() -> AsyncIterator[int]:
        await async_leaf()
        yield 1
        await asyncio.create_task(async_leaf())

    async for _ in numbers():
        await asyncio.sleep(0)


async def traced_async_generator_that_is_closed() -> None:
    @clearspan.trace(name="parent")
    async def numbers() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            await async_leaf()

    running = numbers()
    await anext(running)
    await running.aclose()


async def block_that_is_kept_open() -> None:
    with ExitStack() as stack:
        stack.enter_context(clearspan.span("parent"))
        await async_leaf()


@pytest.mark.parametrize(
    "work",
    [
        traced_coroutine,
        traced_generator,
        traced_async_generator,
        traced_async_generator_that_is_closed,
        block_that_is_kept_open,
    ],
)
def test_the_innermost_span_is_the_parent_and_is_left_behind(
    work: Callable[[], Awaitable[None]],
) -> None:
    async def main() -> None:
        with clearspan.span("root"):
            await work()
            with clearspan.span("after"):
                pass

    with capture_spans() as spans:
        asyncio.run(main())

    ids = {span.name: span.span_id for span in spans}
    parents = {(span.name, span.parent_id) for span in spans}
    assert parents == {
        ("leaf", ids["parent"]),
        ("parent", ids["root"]),
        ("after", ids["root"]),
        ("root", ""),
    }


PROCESSES = """
import multiprocessing
import os
import warnings

import clearspan

warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)


def work(headers):
    with clearspan.extract(headers), clearspan.span("leaf"):
        pass


if __name__ == "__main__":
    with clearspan.span("root"):
        headers = {}
        if METHOD == "spawn":
            clearspan.inject(headers)
        if METHOD == "os.fork":
            pid = os.fork()
            if not pid:
                work({})
                clearspan.flush()
                os._exit(0)
            os.waitpid(pid, 0)
        else:
            child = multiprocessing.get_context(METHOD).Process(target=work, args=(headers,))
            child.start()
            child.join()
"""


@pytest.mark.parametrize("method", ["os.fork", "fork", "spawn"])
def test_a_process_continues_the_trace(method: str, programs: Programs, receiver: Receiver) -> None:
    # A forked child inherits the place where it was forked, a spawned one is told by headers.
    source = PROCESSES.replace("METHOD", repr(method))

    ended = programs.run(source, CLEARSPAN_ENDPOINT=receiver.url, CLEARSPAN_STRICT="1")

    assert (ended.code, ended.err) == (0, "")
    leaf, root = receiver.span("leaf"), receiver.span("root")
    assert (leaf["traceId"], leaf["parentSpanId"]) == (root["traceId"], root["spanId"])
    assert len({post.headers["clearspan-process"] for post in receiver.posts()}) == 2


def test_a_task_that_outlives_its_span_still_belongs_to_it() -> None:
    async def main() -> None:
        async def late() -> None:
            await done.wait()
            leaf()
            leaf()

        done = asyncio.Event()
        with clearspan.span("request"):
            task = asyncio.create_task(late())
        done.set()
        await task

    with capture_spans() as spans:
        asyncio.run(main())

    request, *leaves = spans
    assert [span.parent_id for span in leaves] == [request.span_id] * 2


def test_a_bare_thread_starts_a_trace_of_its_own() -> None:
    with capture_spans() as spans, ThreadPoolExecutor() as pool, clearspan.span("root"):
        pool.submit(leaf).result()

    assert [span.parent_id for span in spans] == ["", ""]
    assert spans[0].trace_id != spans[1].trace_id


def test_parallel_tasks_do_not_see_each_other() -> None:
    async def branch(name: str) -> None:
        with clearspan.span(name):
            await asyncio.sleep(0)
            with clearspan.span(f"{name}.child"):
                await asyncio.sleep(0)

    async def main() -> None:
        with clearspan.span("root"):
            await asyncio.gather(branch("a"), branch("b"))

    with capture_spans() as spans:
        asyncio.run(main())

    by_name = {span.name: span for span in spans}
    for name in ("a", "b"):
        assert by_name[name].parent_id == by_name["root"].span_id
        assert by_name[f"{name}.child"].parent_id == by_name[name].span_id


def test_the_consumer_of_a_traced_generator_is_not_inside_it() -> None:
    @clearspan.trace
    def numbers() -> Iterator[int]:
        with clearspan.span("inside"):
            yield 1
            leaf()
            yield 2

    with capture_spans() as spans, clearspan.span("root") as root:
        for _ in numbers():
            with clearspan.span("body"):
                pass

    by_name = {span.name: span for span in spans}
    assert [span.parent_id for span in spans if span.name == "body"] == [root.span_id] * 2
    assert by_name["inside"].parent_id == by_name["numbers"].span_id
    assert by_name["leaf"].parent_id == by_name["inside"].span_id
    assert by_name["numbers"].parent_id == root.span_id


def test_blocks_that_end_out_of_order_leave_nothing_behind() -> None:
    def block(name: str) -> Generator[None]:
        with clearspan.span(name):
            yield

    with capture_spans() as spans:
        with closing(block("first")) as first, closing(block("second")) as second:
            next(first)
            next(second)
            first.close()
            second.close()
        leaf()

    assert spans[-1].name == "leaf"
    assert spans[-1].parent_id == ""


def test_a_block_closed_in_another_context_leaves_nothing_behind() -> None:
    with capture_spans() as spans:
        span = clearspan.span("work")
        span.__enter__()
        contextvars.copy_context().run(span.__exit__, None, None, None)
        contextvars.Context().run(leaf)
        leaf()

    assert [found.name for found in spans] == ["work", "leaf", "leaf"]
    assert spans[-1].parent_id == ""


def test_the_current_ids_are_those_of_the_innermost_span() -> None:
    with capture_spans():
        assert clearspan.current_span() is None
        assert clearspan.current_trace_id() is None
        with clearspan.span("outer") as outer, clearspan.context(user="ann"):
            assert clearspan.current_span() is outer
            assert clearspan.current_span_id() == outer.span_id
        assert clearspan.current_span_id() is None
