"""The console exporter: a finished trace as a tree on stderr."""

import re
from collections.abc import Callable, Iterator

import pytest

import clearspan
from clearspan.exporters.console import ConsoleExporter
from clearspan.testing import capture_spans


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    """Delivers what was recorded and returns the printed lines."""

    def read() -> list[str]:
        assert clearspan.flush()
        printed = capsys.readouterr()
        assert printed.out == ""
        return [re.sub(r"[\d.]+ (s|ms|µs|ns)\b", "T", line) for line in printed.err.splitlines()]

    clearspan.init(exporters=["console"])
    return read


def test_a_trace_is_drawn_as_a_tree_when_it_is_complete(lines: Callable[[], list[str]]) -> None:
    with clearspan.agent_span("support"):
        with clearspan.retrieval_span("kb"), clearspan.span("cache"):
            pass
        with clearspan.llm_span("chat", model="gpt-4o") as span:
            span.usage = {"input": 3100, "output": 412}
        assert lines() == []

    assert lines() == [
        "agent support  T",
        "├─ retriever kb  T",
        "│  └─ other cache  T",
        "└─ llm chat  gpt-4o  T  3100→412 tok",
    ]


def test_what_went_wrong_is_in_the_line(lines: Callable[[], list[str]]) -> None:
    with clearspan.span("lookup") as span:
        span.error("Timeout", "after 5 s")

    assert lines() == ["other lookup  T  error Timeout after T"]


def test_a_span_continued_from_another_process_is_a_top(lines: Callable[[], list[str]]) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    with (
        clearspan.extract({"traceparent": parent}),
        clearspan.span("handle"),
        clearspan.span("query"),
    ):
        pass

    assert lines() == ["other handle  T", "└─ other query  T"]


def test_a_name_cannot_command_the_terminal(lines: Callable[[], list[str]]) -> None:
    with clearspan.span("\x1b[2Jgone\nnext"):
        pass

    assert lines() == ["other ·[2Jgone·next  T"]


def words() -> Iterator[str]:
    with clearspan.span("words"):
        with clearspan.span("first"):
            yield "a"
        yield "b"


def test_what_ends_soon_after_its_root_is_drawn_in_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with capture_spans() as spans:
        with clearspan.span("root"):
            spoken = words()
            next(spoken)
        del spoken

    ConsoleExporter().export(spans, 0)

    assert [re.sub("  .*", "", line.strip()) for line in capsys.readouterr().err.splitlines()] == [
        "other root",
        "└─ other words",
        "└─ other first",
    ]


def test_what_ends_after_its_root_was_drawn_is_drawn_with_a_mark(
    lines: Callable[[], list[str]],
) -> None:
    with clearspan.span("root"):
        spoken = words()
        next(spoken)
    assert lines() == ["other root  T"]

    del spoken

    assert lines() == ["… root └─ other words  T  cancelled", "     └─ other first  T  cancelled"]


def test_children_that_never_got_their_parent_are_printed_in_the_end(
    lines: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    spoken = words()
    next(spoken)
    next(spoken)

    assert lines() == []
    clearspan.init(exporters=["console"], service="another")
    assert clearspan.flush()
    assert "first" in capsys.readouterr().err
    del spoken
