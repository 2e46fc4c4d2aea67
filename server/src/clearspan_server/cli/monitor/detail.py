"""What one span was and said, to be read beside the tree."""

from typing import Any

from rich.text import Text

from clearspan_server.cli import figures
from clearspan_server.cli.contents import MOST, texts_of
from clearspan_server.cli.kinds import is_failure, kind_mark, status_mark
from clearspan_server.cli.monitor.themes import Palette
from clearspan_server.cli.printing import line_of, plain

Row = dict[str, Any]


def detail_of(span: Row, content: Row | None, palette: Palette) -> Text:
    """A span's figures, what went wrong, and, once it is read, what went in and came out."""
    kind, status = kind_mark(span["kind"]), status_mark(span["status"])
    text = Text.assemble(
        (f"{kind.glyph} {span['kind']} ", palette.kind(span["kind"])),
        (line_of(span["name"]), "bold"),
        (f"  {status.glyph} {span['status']}", palette.status(span["status"])),
        f"  {figures.duration(span['duration_ns'])}",
    )
    model = span["response_model"] or span["request_model"]
    first = f"first token {figures.duration(span['ttft_ns'])}" if span["ttft_ns"] else ""
    told = (
        *(line_of(model), figures.flow(span["input_tokens"], span["output_tokens"])),
        *(figures.money(span["total_cost"]), first),
        *(line_of(span["service"]), line_of(span["span_id"])),
    )
    text.append("\n" + "  ".join(filter(None, told)), palette.dim)
    if is_failure(span["status"]):
        said = ": ".join(filter(None, (span["error_type"], span["error_message"])))
        text.append(f"\n✗ {plain(said)}", palette.error)
    for label, words in texts_of(content) if content else ():
        text.append(f"\n\n{label}\n", palette.accent)
        text.append(plain(words[:MOST]))
        if len(words) > MOST:
            text.append(f"\n… {len(words) - MOST} characters more", palette.dim)
    return text
