"""`clearspan import`: what other tools and other servers have written."""

import time
from collections.abc import Sequence
from typing import Annotated

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.client import Server
from clearspan_server.cli.moving.progress import Progress, amount, counted
from clearspan_server.cli.moving.records import Record, Report
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server

_SHOWN = 20  # of what was not taken


def import_(  # its options are its arguments
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH…",
            help="Files and folders; - is standard input. OTLP as `clearspan export` writes it, JSON or protobuf;"
            " exports of Langfuse and Phoenix; transcripts of Claude Code and Codex; also with gzip.",
        ),
    ],
    project: Project = None,
    data: Data = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Bring in traces from files. The same file again changes nothing; what was not taken is told, with the reason."""
    from clearspan_server.cli.moving.sources import files_of  # noqa: PLC0415 - with its readers, when files are there

    files = list(files_of(paths))
    begun_s = time.monotonic()
    report, progress = Report(), Progress()
    server = the_server(data, url, project, begins=True)
    try:
        _bring(files, server, report, progress)
    finally:  # whatever comes between: what was taken is there
        if as_json:
            printing.print_json(report.as_json())
        _tell(report, progress, time.monotonic() - begun_s)
    raise typer.Exit(1 if report.not_taken else 0)


def _bring(files: Sequence[str], server: Server, report: Report, progress: Progress) -> None:
    from clearspan_server.cli.moving.sending import Sender  # noqa: PLC0415 - as above
    from clearspan_server.cli.moving.sources import read  # noqa: PLC0415 - as above

    sender = Sender(server, report, progress)
    size_bytes = 0
    for number, path in enumerate(files, 1):
        kind, records = read(path)
        report.files[kind] += 1
        for one in records:
            if not isinstance(one, Record):
                report.add(one)
                continue
            sender.add(one)
            size_bytes += one.size_bytes
            where = f"file {number} of {len(files)}, " if len(files) > 1 else ""
            progress.show(f"{where}{amount(size_bytes)}, {_taken(report)}")
    sender.end()


def _taken(report: Report) -> str:
    said = [counted(count, noun.removesuffix("s")) for noun, count in report.taken.items() if count]
    return ", ".join(said) or "nothing"


def _tell(report: Report, progress: Progress, took_s: float) -> None:
    kinds = ", ".join(
        f"{count} {printing.line_of(kind)}" for kind, count in sorted(report.files.items())
    )
    progress.end(f"taken: {_taken(report)} in {took_s:.1f} s (files: {kinds})")
    if not report.not_taken:
        return
    progress.end(f"not taken: {report.not_taken}")
    for one in report.reasons[:_SHOWN]:
        what = counted(one.count, one.noun)
        progress.end(f"  {printing.line_of(one.place)}: {what}: {printing.line_of(one.reason)}")
    if len(report.reasons) > _SHOWN:
        progress.end("  … `--json` tells the others")
