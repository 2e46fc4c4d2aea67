"""`clearspan tail`: what ends, a line each, as it happens."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.client import Server
from clearspan_server.cli.feed import Away, Connected, Feed, News, Over, trace_ids
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server

_MOST_REMEMBERED = 20_000  # rows that were told; then the older half is forgotten
_ASKED_AT_ONCE = 40  # a filter has at most 64 terms
_PAGE = 500

Row = dict[str, Any]
Filter = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILTER]", help="As in the browser: `status:error cost>0.05`."),
]


def tail(  # noqa: PLR0913, PLR0917 - its options are its arguments
    filter_: Filter = None,
    spans: Annotated[bool, typer.Option("--spans", help="A line for each span.")] = False,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=0, help="End after so many lines; 0 is never.")
    ] = 0,
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Follow what happens: a line for each trace that ends, and one more where it changes after that."""
    server = the_server(data, url, project)
    source = Source(server, "spans" if spans else "traces", " ".join(filter_ or ()))
    source.check()
    if sys.stderr.isatty():
        _tell(f"▸ following the {source.noun} of {server.project!r}; Ctrl+C ends it")
    say = _printer(source.noun, as_json)
    for row, again in islice(_rows(source, Feed(server)), limit or None):
        say(row, again)


class Source:
    """The list of traces or of spans, asked for what has just changed: what has ended is given once.

    A trace that changed after that is given again when it has come to rest.
    """

    def __init__(self, server: Server, noun: str, filter_: str) -> None:
        self.noun = noun
        self._server = server
        self._filter = filter_
        self._begun = datetime.now(UTC).isoformat()
        self._told: dict[str, tuple[object, ...]] = {}

    def check(self) -> None:
        """Ask once, so that a filter that cannot be read is refused at once."""
        self._ask(self._filter, limit=1)

    def changed(self, ids: list[str]) -> Iterator[tuple[Row, bool]]:
        """What has ended in these traces, and whether it was told before."""
        for at in range(0, len(ids), _ASKED_AT_ONCE):
            these = f"trace:({' OR '.join(ids[at : at + _ASKED_AT_ONCE])})"
            both = f"({self._filter}) {these}" if self._filter else these
            yield from self._fresh(both, "0")

    def missed(self) -> Iterator[tuple[Row, bool]]:
        """What has begun since the command did, and was not told."""
        yield from self._fresh(self._filter, self._begun)

    def _fresh(self, filter_: str, since: str) -> Iterator[tuple[Row, bool]]:
        """In the order in which it ended. Pages are turned as long as they have news."""
        found: list[tuple[Row, bool]] = []
        for rows in self._pages(filter_, since):
            fresh = [(row, _key(row) in self._told) for row in rows if self._is_news(row)]
            if not fresh:
                break
            found += fresh
            self._told |= {_key(row): _look(row) for row, _ in fresh}
        if len(self._told) > _MOST_REMEMBERED:
            self._told = dict(islice(self._told.items(), _MOST_REMEMBERED // 2, None))
        yield from sorted(found, key=lambda one: str(one[0]["end"]))

    def _pages(self, filter_: str, since: str) -> Iterator[list[Row]]:
        cursor: str | None = ""
        while cursor is not None:
            page = self._ask(filter_, limit=_PAGE, cursor=cursor, **{"from": since})
            yield page[self.noun]
            cursor = page["next_cursor"]

    def _ask(self, filter_: str, **parameters: object) -> Any:  # noqa: ANN401 - foreign JSON
        return self._server.ask(f"/api/v1/{self.noun}", filter=filter_, **parameters)

    def _is_news(self, row: Row) -> bool:
        if row["status"] == "open":
            return False
        told = self._told.get(_key(row))
        return told is None or (told != _look(row) and row.get("state") == "finished")


def _key(row: Row) -> str:
    return f"{row['trace_id']}/{row.get('span_id', '')}"


def _look(row: Row) -> tuple[object, ...]:
    """What tells a line from the one before."""
    return tuple(row.get(name) for name in ("status", "duration_ns", "span_count", "total_cost"))


def _rows(source: Source, feed: Feed) -> Iterator[tuple[Row, bool]]:
    away = False
    while True:
        news = feed.next()
        for one in news:
            away = _tell_state(one, away)
        if any(isinstance(one, Connected) and one.missed for one in news):
            yield from source.missed()
        yield from source.changed(trace_ids(news))


def _tell_state(one: News, away: bool) -> bool:
    """Say on standard error that the server is away, or back; whether it is away now."""
    match one:
        case Over(error):
            raise error
        case Away(wait_s, why):
            _tell(f"▸ {why}; asking again in {wait_s:.0f} s")
            return True
        case Connected() if away:
            _tell("▸ the server is heard again")
            return False
        case _:
            return away


def _tell(text: str) -> None:
    print(printing.line_of(text), file=sys.stderr)  # noqa: T201 - the command's own output


def _printer(noun: str, as_json: bool) -> Callable[[Row, bool], None]:
    if as_json:
        return lambda row, _: printing.print_json_line(row)
    # JSON needs no colours, and Rich takes long to import.
    from clearspan_server.cli.lines import print_line, span_line, trace_line  # noqa: PLC0415 - see above

    line = span_line if noun == "spans" else trace_line
    return partial(print_line, printing.console(), line)
