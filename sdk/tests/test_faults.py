"""Settings, handlers, exporters and forks at the worst moment: the program goes on."""

import os

import pytest

from programs import Programs
from receiver import Receiver

NO_SERVER = "http://127.0.0.1:9"
ONE_SPAN = "import clearspan\nclearspan.span('work').end()\nprint('done')\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUEUE_SPANS", "-1"),
        ("QUEUE_BYTES", "-1"),
        ("EXIT_S", "inf"),
        ("EXIT_S", "-1"),
        ("ENDPOINT", "localhost:4318"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_and_the_default_used(
    programs: Programs, name: str, value: str
) -> None:
    settings = {"CLEARSPAN_ENDPOINT": NO_SERVER, f"CLEARSPAN_{name}": value}

    ended = programs.run(ONE_SPAN, **settings)

    assert (ended.code, ended.out) == (0, "done\n")
    assert f"clearspan failed while reading {name.lower()}" in ended.err
    assert "1 span undelivered" in ended.err


def test_a_key_with_a_newline_at_its_end_is_taken(receiver: Receiver, programs: Programs) -> None:
    settings = {"CLEARSPAN_ENDPOINT": receiver.url, "CLEARSPAN_KEY": "cs_1_secret\n"}

    ended = programs.run(ONE_SPAN, **settings)

    assert ended.err == ""
    assert receiver.posts()[0].headers["authorization"] == "Bearer cs_1_secret"


@pytest.mark.parametrize("key", ["cs_1_se\ncret", "cs_1_secret…"])
def test_a_key_that_is_none_is_not_told(programs: Programs, key: str) -> None:
    settings = {"CLEARSPAN_ENDPOINT": "http://me:password@127.0.0.1:9", "CLEARSPAN_KEY": key}

    ended = programs.run(ONE_SPAN, **settings)

    assert "the header authorization cannot be sent" in ended.err
    assert "http://127.0.0.1:9/v1/traces does not answer" in ended.err
    assert "cs_1_se" not in ended.err
    assert "password" not in ended.err


CARELESS = """
import clearspan

class Careless:
    def export(self, spans, dropped):
        print(*[span.name for span in spans], flush=True)

    def watch(self, open_spans):
        pass

    def close(self):
        raise RuntimeError("closed badly")

clearspan.init(exporters=[Careless()])
for name in ("first", "second"):
    clearspan.span(name).end()
    clearspan.flush()
"""


def test_an_exporter_that_answers_nothing_is_told_and_goes_on(programs: Programs) -> None:
    ended = programs.run(CARELESS)

    assert (ended.code, ended.out) == (0, "first\nsecond\n")
    assert ended.err.count("clearspan failed while exporting spans") == 1
    assert "Exception in thread" not in ended.err


HANDLER = """
import logging
import clearspan

class Handler(logging.Handler):
    def emit(self, record):
        {emit}

logging.getLogger().addHandler(Handler())
clearspan.span("work").end()
print("done")
"""


@pytest.mark.parametrize(
    "emit", ['raise RuntimeError("no warnings here")', 'clearspan.span("handling").end()']
)
def test_log_handlers_may_fail_and_record_spans(programs: Programs, emit: str) -> None:
    settings = {"CLEARSPAN_ENDPOINT": NO_SERVER, "CLEARSPAN_SAMPLE": "half"}

    ended = programs.run(HANDLER.format(emit=emit), **settings)

    assert (ended.code, ended.out, ended.err) == (0, "done\n", "")


SPOILED = """
import clearspan

@clearspan.{kind}
def work():
    clearspan.current_span().{spoil}
    {end}

with clearspan.span("parent"):
    for _ in range(2):
        try:
            print(work())
        except KeyError as error:
            print(error)
"""


@pytest.mark.parametrize("kind", ["trace", "tool"])
@pytest.mark.parametrize("spoil", ["fields = None", "attempt = 'second'", "retry_of = 3"])
@pytest.mark.parametrize("end", ["return 'done'", "raise KeyError('done')"])
def test_a_function_that_spoils_its_span_ends_as_always(
    programs: Programs, kind: str, spoil: str, end: str
) -> None:
    source = SPOILED.format(kind=kind, spoil=spoil, end=end)

    ended = programs.run(source, CLEARSPAN_DISABLED="1")

    assert (ended.code, ended.out.replace("'", "")) == (0, "done\ndone\n")


FORKED = """
import os
import signal
import sys
import threading
import time
import clearspan
{setup}
taken = threading.Event()

def hold():
    with {lock}:
        taken.set()
        {work}

threading.Thread(target=hold, daemon=True).start()
taken.wait()
if (pid := os.fork()) == 0:
    signal.alarm(20)
    {child}
    os._exit(0)
os._exit(os.waitpid(pid, 0)[1])
"""
RETRIED = {
    "setup": "from clearspan import attempts\nlook = clearspan.tool(len)",
    "lock": "attempts._lock",
    "work": "time.sleep(60)",
    "child": "with clearspan.agent_span('agent'): look([])",
}
IMPORTED = {
    "setup": "from clearspan.importing import importing\nsys.path.insert(0, {folder!r})",
    "lock": "importing()",
    "work": "import slow_module",
    "child": "import slow_module",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("parts", [RETRIED, IMPORTED], ids=["locked", "importing"])
def test_a_child_forked_while_a_thread_is_at_work_does_not_hang(
    programs: Programs, parts: dict[str, str]
) -> None:
    (programs.folder / "slow_module.py").write_text("import time\ntime.sleep(0.3)\n", "utf-8")
    filled = {name: part.format(folder=str(programs.folder)) for name, part in parts.items()}

    ended = programs.run(FORKED.format(**filled), CLEARSPAN_ENDPOINT=NO_SERVER)

    assert ended.code == 0


ODD = """
import clearspan

class Odd:
    __dataclass_fields__ = {"field": None}

@clearspan.trace
def oddities():
    yield Odd()

print(len(list(oddities())))
clearspan.llm_span(model=Odd()).end()
"""


def test_values_that_cannot_be_copied_are_left_out(receiver: Receiver, programs: Programs) -> None:
    ended = programs.run(ODD, CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.out) == (0, "1\n")
    assert {span["name"] for span in receiver.spans()} == {"oddities", "chat"}
