"""Where a replay is seen: a line a step, and below it how far it is."""

import json
import os
import select
import sys
import termios
import time
import tty
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from clearspan_server.cli import figures
from clearspan_server.cli.kinds import KINDS, is_failure, kind_mark, status_mark
from clearspan_server.cli.printing import line_of, plain
from clearspan_server.cli.steps import Step

_FRAME_S = 0.1
_SEQUENCE_S = 0.05  # within which a key sends all of its bytes
_KEYS = "space: next step · q: enough"
_END_OF_INPUT = {b"q", b"Q", b"\x04", b"\x1b", b""}

Row = dict[str, Any]


class Stage:
    """Prints steps; on a terminal the play head stands on the last line while time goes by, or a key is awaited."""

    def __init__(self, console: Console, *, by_key: bool) -> None:
        self._console = console
        self._by_key = by_key
        self._live = Live(console=console, auto_refresh=False, transient=True)
        if console.is_terminal:
            self._live.start()

    def close(self) -> None:
        self._live.stop()

    def begin(self, trace: Row) -> None:
        """Say whose trace it is."""
        self._print(
            Text.assemble(
                ("▶ ", "bold"),
                (line_of(trace["name"]), "bold"),
                (f"  {line_of(trace['trace_id'])}", "dim"),
                (f"  {line_of(trace['start'])[:19].replace('T', ' ')} UTC", "dim"),
            )
        )

    def end(self, trace: Row) -> None:
        """Say how it ended, and what it took."""
        status = status_mark(trace["status"])
        text = Text.assemble(
            (f"■ {trace['status']}", f"bold {status.colour}"),
            f"  {figures.duration(trace['duration_ns'])}",
            f"  {figures.flow(trace['input_tokens'], trace['output_tokens'])}  {figures.money(trace['total_cost'])}",
            f"  {trace['span_count']} spans",
        )
        if trace["error_count"]:
            text.append(f"  {trace['error_count']} failed", status_mark("error").colour)
        self._print(text)
        self._print(Text())

    def tell(self, step: Step, content: Row | None) -> None:
        """One step, and what it answered."""
        self._print(_line(step))
        for line in _said(step, content):
            self._print(line)

    def rest(self, from_ns: int, to_ns: int, lasts_ns: int, rest_s: float) -> None:
        """Let time go by, or wait for a key.

        Raises:
            EOFError: the key says that it is enough.
        """
        if self._by_key:
            self._show(_head(from_ns, lasts_ns, self._console.width, _KEYS))
            if _key() in _END_OF_INPUT:
                raise EOFError
            return
        begun_s = time.monotonic()
        while rest_s > 0 and (gone_s := time.monotonic() - begun_s) < rest_s:
            now_ns = from_ns + int((to_ns - from_ns) * gone_s / rest_s)
            self._show(_head(now_ns, lasts_ns, self._console.width))
            # The time of the trace goes by: it is what a replay shows.
            time.sleep(min(_FRAME_S, rest_s - gone_s))

    def _show(self, text: Text) -> None:
        if self._live.is_started:
            self._live.update(text, refresh=True)

    def _print(self, text: Text) -> None:
        if self._console.is_terminal:
            text.truncate(self._console.width, overflow="ellipsis")
        self._console.print(text, soft_wrap=True)


def _line(step: Step) -> Text:
    span = step.span
    kind, status = kind_mark(span["kind"]), status_mark(span["status"])
    failed = not step.begins and is_failure(span["status"])
    line = Text(f"{_moment(step.at_ns):>9}  ", style="dim")
    line = Text.assemble(line, "  " * min(span["depth"], 12), (f"{kind.glyph} ", kind.colour))
    line.append(line_of(span["name"]), f"bold {status.colour}" if failed else "bold")
    if step.begins:
        return line.append(
            "  begins" if span["duration_ns"] is not None else "  never ended", "dim"
        )
    if span["status"] != "ok":
        line.append(f"  {status.glyph} {span['status']}", status.colour)
    line.append(f"  {figures.duration(span['duration_ns'])}")
    if told := figures.flow(span["input_tokens"], span["output_tokens"]):
        line.append(f"  {told}", "dim")
    if span["total_cost"]:
        line.append(f"  {figures.money(span['total_cost'])}", "dim")
    return line


def _moment(at_ns: int) -> str:
    return figures.duration(at_ns) if at_ns > 0 else "0 s"


def _said(step: Step, content: Row | None) -> list[Text]:
    """What went in where a span begins, what came out or went wrong where it ends."""
    span = step.span
    indent = " " * (13 + 2 * min(span["depth"], 12))
    if not step.begins and is_failure(span["status"]):
        said = ": ".join(filter(None, (span["error_type"], span["error_message"])))
        return [Text(f"{indent}✗ {line_of(said)}", status_mark("error").colour)]
    if content is not None and (whole := _answer(content)):
        return [Text(f"{indent}│ {line}", "dim") for line in plain(whole).splitlines()]
    preview = span["input_preview"] if step.begins else span["output_preview"]
    if not preview:
        return []
    return [Text(f"{indent}{'›' if step.begins else '‹'} {line_of(preview)}", "dim")]


def _answer(content: Row) -> str:
    """All that a span answered, as text."""
    messages = content["output_messages"]
    if messages is not None:
        return "\n".join(_part(part) for message in messages for part in message["parts"])
    if content["documents"]:
        return "\n".join(map(_document, content["documents"]))
    said = content["tool_result"] or content["output"] or ""
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, indent=2)


def _document(document: Row) -> str:
    score = "" if document["score"] is None else f"{document['score']:.3f}  "
    return f"{score}{document['id']}  {line_of(document['content'])}"


def _part(part: Row) -> str:
    if part["type"] in {"text", "reasoning"}:
        return str(part["content"])
    said = part["content"] or json.dumps(part["data"], ensure_ascii=False)
    return f"[{part['type']}] {part['name']} {said}"


def _head(at_ns: int, lasts_ns: int, width: int, keys: str = "") -> Text:
    """The play head: where it is, as a line and in figures."""
    told = f" {_moment(at_ns)} of {figures.duration(lasts_ns)} "
    room = max(8, width - len(told) - len(keys) - 4)
    done = min(room, room * at_ns // lasts_ns) if lasts_ns else room
    accent = KINDS["agent"].colour
    return Text.assemble(
        ("━" * done, accent), ("─" * (room - done), "dim"), (told, "bold"), (keys, "dim")
    )


def _key() -> bytes:
    """The next key, without waiting for Enter."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSADRAIN)  # what was typed ahead stays
        pressed = os.read(terminal, 1)
        # An arrow begins as Escape does, which ends the replay.
        if pressed == b"\x1b" and select.select([terminal], [], [], _SEQUENCE_S)[0]:
            os.read(terminal, 16)
            return b" "
        return pressed
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
