"""What the questions found, as Markdown: rows beside the bars, and a table of its own."""

from collections.abc import Iterator

from bench.peers.measuring import PeerFigures
from bench.queries.measuring import ARRIVING_PER_S, LOOK_S, QueryFigures
from bench.queries.questions import KINDS
from bench.results import Results
from bench.tables import table

# Milliseconds that 95 % of the answers may take of a million spans, and three times that of ten million.
_BARS_MS = {"list": 50, "filter": 50, "trace": 50, "text": 100, "overview": 150}
_MANY_SPANS, _MANY_TIMES = 10_000_000, 3
_TASK_BAR_MS = 50
_SCRIPTS_BAR_KB, _LIST_BAR_S, _BIG_TRACE_BAR_S = 350, 1.0, 1.5
_TITLES = {
    "list": "list of traces or spans, a page",
    "filter": "filtered list",
    "trace": "one trace",
    "text": "full text",
    "overview": "overview",
}


def query_bars(found: QueryFigures | str) -> Iterator[tuple[str, str, str]]:
    """What is asked, its bar, and the figure with its mark."""
    if isinstance(found, str):
        return
    for kind, bar_ms in _BARS_MS.items():
        most_ms = bar_ms * (_MANY_TIMES if found.spans >= _MANY_SPANS else 1)
        p95_ms = found.answers.percentile_ms(kind, 0.95)
        what = f"{_TITLES[kind]}, of {found.spans:,} spans, p95"
        yield what, f"≤ {most_ms} ms", _marked(p95_ms, most_ms, f"{p95_ms:.0f} ms")
    views = found.views
    if isinstance(views, str):
        return
    kilobytes = views.script_bytes / 1000
    shown = f"{kilobytes:.0f} kB"
    yield "scripts of the first load, gzip", "≤ 350 kB", _marked(kilobytes, _SCRIPTS_BAR_KB, shown)
    for what, seconds, most_s in (
        ("first view of the list of traces", views.list_s, _LIST_BAR_S),
        ("first view of a trace of 100,000 spans", views.big_trace_s, _BIG_TRACE_BAR_S),
    ):
        yield what, f"≤ {most_s:g} s", _marked(seconds, most_s, f"{seconds:.1f} s")
    for what, rows, longest_ms in (
        ("a list", views.list_scrolled, views.list_scroll_ms),
        ("a trace of 100,000 spans", views.big_scrolled, views.big_scroll_ms),
    ):
        said = f"longest task of the main thread while {rows:,} rows of {what} are scrolled"
        shown = f"{longest_ms:.0f} ms" if longest_ms else f"below {_TASK_BAR_MS} ms"
        yield said, f"≤ {_TASK_BAR_MS} ms", _marked(longest_ms, _TASK_BAR_MS, shown)
    for done, busy_ms in views.big_tasks_ms.items():
        said = f"longest task in a trace of 100,000 spans, processor time: {done}"
        yield said, f"≤ {_TASK_BAR_MS} ms", _marked(busy_ms, _TASK_BAR_MS, f"{busy_ms:.0f} ms")


def answered(results: Results) -> list[str]:
    """Milliseconds of every kind of question, ours and a peer's."""
    found = results.queries
    if isinstance(found, str):
        return [found]
    answers = found.answers
    asked = [
        (one.title, one.stored_spans, one.answers)
        for one in results.peers.values()
        if isinstance(one, PeerFigures) and one.answers
    ]
    rows = []
    for kind in KINDS:
        shares = [f"{answers.percentile_ms(kind, share):.0f}" for share in (0.5, 0.95, 0.99)]
        bar = f"≤ {_BARS_MS[kind]}" if kind in _BARS_MS else ""
        size = f"{answers.bytes[kind] / len(answers.ms[kind]) / 1000:.0f} kB"
        theirs = [
            f"{one.percentile_ms(kind, 0.5):.0f}, {one.percentile_ms(kind, 0.95):.0f}"
            if kind in one.ms
            else "–"
            for _, _, one in asked
        ]
        calm = "–"
        if kind in found.looked_at.ms:
            calm = ", ".join(
                f"{found.looked_at.percentile_ms(kind, one):.0f}" for one in (0.5, 0.95)
            )
        rows.append([_TITLES.get(kind, kind), bar, *shares, calm, size, *theirs])
    count = sum(map(len, answers.ms.values()))
    head = ["question", "bar", "p50", "p95", "p99", "looked at: p50, p95", "an answer"]
    head += [title for title, _, _ in asked]
    said = (
        f"Milliseconds over HTTP, of {found.spans:,} spans, from four clients without a pause, while"
        f" {found.arrived_per_s:,.0f} of {ARRIVING_PER_S:,} spans a second arrive. {count:,} answers in"
        f" {answers.seconds:.0f} s; the server took at most {found.peak_bytes / 2**20:,.0f} MiB. Clients that looked"
        f" at each answer for {LOOK_S:g} s are beside them."
    )
    return [
        said,
        *(
            f"{title} has {stored:,} spans, and nothing arrives: p50, p95."
            for title, stored, _ in asked
        ),
        "",
        *table(head, rows),
    ]


def _marked(found: float, most: float, shown: str) -> str:
    return f"{'✓' if found <= most else '✗'} {shown}"
