"""Everything is instrumented at once, imports nothing of others, and can be undone."""

import logging
import sqlite3
import threading

from flask import Flask
from redis import Redis
from starlette.applications import Starlette

import clearspan
from programs import Programs

PROGRAM = """
import sys

import clearspan

clearspan.instrument()
libraries = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
print(sorted(name for name in libraries if not name.startswith("_")))
"""


def test_instrumenting_everything_imports_no_library(programs: Programs) -> None:
    ended = programs.run(PROGRAM, CLEARSPAN_STRICT="1", CLEARSPAN_DISABLED="1")

    assert ended.err == ""
    assert ended.out.strip() == "['clearspan']"


def test_everything_is_undone() -> None:
    def functions() -> list[object]:
        return [
            threading.Thread.start,
            sqlite3.connect,
            logging.getLogRecordFactory(),
            Flask.wsgi_app,
            Redis.execute_command,
            Starlette.__call__,
        ]

    before = functions()

    clearspan.instrument()
    during = functions()
    clearspan.uninstrument()

    assert all(one is not other for one, other in zip(before, during, strict=True))
    assert functions() == before
