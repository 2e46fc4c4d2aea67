"""The figures on top of the dashboard, each with its course over the window."""

from dataclasses import dataclass
from typing import Any

from rich.text import Text
from textual.widget import Widget
from typing_extensions import override

from clearspan_server.cli import figures
from clearspan_server.cli.lines import cell
from clearspan_server.cli.monitor.drawing import sparkline
from clearspan_server.cli.monitor.themes import PALETTES, Palette

_NS_PER_MINUTE = 60e9

Row = dict[str, Any]


@dataclass(slots=True, frozen=True)
class Tile:
    """A figure: what it is called, its value, what changed since the window before, its course and colour."""

    label: str
    value: str
    note: str
    course: list[float | None]
    colour: str
    share: int  # of the width


class Tiles(Widget):
    """Throughput, latency, errors, cost and tokens side by side."""

    DEFAULT_CSS = "Tiles { height: 3; padding: 0 1; background: $background; }"

    def __init__(self) -> None:
        super().__init__(id="tiles")
        self._overview: Row | None = None

    def show(self, overview: Row) -> None:
        """The answer of `GET /overview`."""
        self._overview = overview
        self.refresh()

    @override
    def render(self) -> Text:
        palette = PALETTES[self.app.theme]
        if self._overview is None:
            return Text("asking the server …", palette.dim)
        width, chart_rows = self.content_size.width, max(1, self.content_size.height - 2)
        tiles = tiles_of(self._overview, palette)
        shares = sum(tile.share for tile in tiles)
        lines = [Text() for _ in range(2 + chart_rows)]
        for tile in tiles:
            room = width * tile.share // shares
            _draw(lines, tile, room, palette)
        return Text("\n").join(lines)


def tiles_of(overview: Row, palette: Palette) -> list[Tile]:
    """What the tiles say."""
    now, before, series = overview["totals"], overview["previous"], overview["series"]
    minutes = max(1, len(series)) * overview["step_ns"] / _NS_PER_MINUTE
    error_share = figures.share(now["error_rate"]) if now["error_rate"] is not None else "–"
    latency = " · ".join(
        figures.duration(now[f"latency_{rank}_ns"]).removesuffix(" s")
        for rank in ("p50", "p95", "p99")
    )
    ends_in_s = figures.duration(now["latency_p99_ns"]).endswith(" s")
    tokens = now["input_tokens"] + now["output_tokens"]
    tokens_before = before["input_tokens"] + before["output_tokens"]
    has_errors = bool(now["errors"])
    return [
        Tile(
            "traces",
            f"{_rate(now['traces'] / minutes)}/min",
            figures.change(now["traces"], before["traces"]),
            [point["traces"] for point in series],
            palette.accent,
            3,
        ),
        Tile(
            "p50 · p95 · p99",
            f"{latency} s" if ends_in_s else latency,
            "",
            [point["latency_p95_ns"] for point in series],
            palette.accent,
            5,
        ),
        Tile(
            "errors",
            f"{figures.count(now['errors'])} · {error_share}",
            "",
            [point["errors"] for point in series],
            palette.error if has_errors else palette.ok,
            3,
        ),
        Tile(
            "cost",
            figures.money(now["cost"]),
            figures.change(float(now["cost"]), float(before["cost"])),
            [float(point["cost"]) for point in series],
            palette.warn,
            3,
        ),
        Tile(
            "tokens",
            figures.count(tokens),
            figures.change(tokens, tokens_before),
            [
                point["uncached_tokens"] + point["cache_read_tokens"] + point["output_tokens"]
                for point in series
            ],
            palette.kind("llm"),
            3,
        ),
    ]


def _draw(lines: list[Text], tile: Tile, room: int, palette: Palette) -> None:
    inside = max(4, room - 2)
    lines[0].append(f"{cell(tile.label, inside)}  ", palette.dim)
    is_bad = tile.label == "errors" and tile.colour == palette.error
    value = f"bold {palette.error}" if is_bad else f"bold {palette.text}"
    lines[1].append(tile.value, value)
    left = max(0, inside - len(tile.value))
    note = f" {tile.note}" if len(tile.note) < left else ""
    lines[1].append(f"{cell(note, left)}  ", palette.dim)
    for line, row in zip(lines[2:], sparkline(tile.course, inside, len(lines) - 2), strict=True):
        line.append(f"{row}  ", tile.colour)


def _rate(a_minute: float) -> str:
    return f"{a_minute:.1f}" if a_minute < 10 else figures.count(a_minute)
