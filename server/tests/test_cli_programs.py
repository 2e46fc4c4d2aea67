"""`clearspan run`, `exec` and `demo`: programs send what they record without being told how by their own code."""

import json
import signal
import subprocess
import sys
import tarfile
import uuid
from pathlib import Path
from typing import Any

from clearspan_server.simulator.serve import running
from commanding import Ran, run
from running import START_S, Server, settle, until
from simulated import FAST

APP = """
import sys
import anthropic, openai

asked = {"messages": [{"role": "user", "content": "Where is my order A-1042?"}]}
said = openai.OpenAI().chat.completions.create(model="gpt-4o", **asked)
print(said.choices[0].message.content)
with anthropic.Anthropic().messages.stream(model="claude-haiku-4-5", max_tokens=64, **asked) as stream:
    print(stream.get_final_text())
sys.exit(7)
"""
EXPLICIT = "import clearspan\nclearspan.instrument()\n"
# What two runs of one program cannot have in common.
OF_ONE_RUN = {
    *("trace_id", "span_id", "parent_id", "project", "response_id", "received", "process.pid"),
    *("start", "end", "duration_ns", "ttft_ns", "time", "session_id", "request_id"),
    *("server.port", "url.full", "clearspan.request_id", "gen_ai.response.id"),
    "gen_ai.response.time_to_first_chunk",
}
TERMINATED = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
print("ready", flush=True)
time.sleep(600)
"""
FOLDER = Path(__file__).parent / "folders" / "0.1.0-chat.tar.xz"


def project() -> str:
    return f"run-{uuid.uuid4().hex}"


def spans(server: Server, project: str) -> list[dict[str, Any]]:
    """The whole spans of a project, the oldest first."""
    settle(server)
    rows = server.get(f"/api/v1/spans?project={project}&sort=start&limit=100")["spans"]
    return [
        server.get(f"/api/v1/traces/{row['trace_id']}/spans/{row['span_id']}?project={project}")
        for row in rows
    ]


def simulated(server: Server, *args: str) -> Ran:
    """Run a command beside a simulator that has answered nothing yet."""
    with running(FAST) as url:
        env = {
            "OPENAI_BASE_URL": f"{url}/v1",
            "ANTHROPIC_BASE_URL": url,
            "OPENAI_API_KEY": "simulated",
            "ANTHROPIC_API_KEY": "simulated",
        }
        return run(server, *args, env=env)


def normal(value: Any) -> Any:
    """Without ids and times, which differ from run to run."""
    if isinstance(value, dict):
        return {name: normal(one) for name, one in value.items() if name not in OF_ONE_RUN}
    return [normal(one) for one in value] if isinstance(value, list) else value


def test_a_program_under_run_leaves_the_same_trace_as_one_that_instruments_itself(
    server: Server, tmp_path: Path
) -> None:
    app, mine, theirs = tmp_path / "shop.py", project(), project()
    app.write_text(APP)
    ran = simulated(server, "run", "-p", mine, "--", sys.executable, str(app))
    app.write_text(EXPLICIT + APP)
    told = simulated(server, "exec", "-p", theirs, "--", sys.executable, str(app))

    assert (ran.code, told.code) == (7, 7), ran.err + told.err
    assert (ran.out, ran.err) == (told.out, told.err)
    found = spans(server, mine)
    assert [one["name"] for one in found] == ["chat gpt-4o", "chat claude-haiku-4-5"]
    assert [one["service"] for one in found] == ["shop", "shop"]
    assert normal(found) == normal(spans(server, theirs))


def test_a_python_that_has_no_sdk_is_given_ours_and_nothing_else_of_this_environment(
    server: Server,
) -> None:
    asked = project()
    only_ours = 'PYTHONPATH="${PYTHONPATH%%:*}" exec "$0" "$@"'
    program = (
        "import clearspan, sys, importlib.util as u\n"
        "with clearspan.span('alone'): print(u.find_spec('fastapi'), 'launch' in ''.join(sys.path))"
    )
    base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"

    ran = run(server, "run", "-p", asked, "--", "sh", "-c", only_ours, str(base), "-c", program)

    assert (ran.code, ran.out) == (0, "None False\n"), ran.err
    assert [one["name"] for one in spans(server, asked)] == ["alone"]


def test_the_sitecustomize_of_a_program_still_runs(server: Server, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import builtins; builtins.customised = 'mine'\n")
    program = "import sitecustomize, clearspan; print(customised, sitecustomize.__file__)"
    path = {"PYTHONPATH": f"{tmp_path}:{':'.join(filter(None, sys.path))}"}

    ran = run(server, "run", "--", sys.executable, "-c", program, env=path)

    assert ran.out == f"mine {tmp_path / 'sitecustomize.py'}\n", ran.err


def test_a_signal_reaches_the_program_and_its_exit_code_comes_back(server: Server) -> None:
    command = [sys.executable, "-m", "clearspan_server", "run", "--data", str(server.data), "--"]
    with subprocess.Popen(
        [*command, sys.executable, "-c", TERMINATED], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)

        assert process.wait(START_S) == 9


def test_a_program_that_is_not_there_is_said_in_one_line(server: Server) -> None:
    ran = run(server, "run", "--", "no-such-program-0815")

    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "clearspan: there is no program 'no-such-program-0815' here\n"


def test_exec_tells_an_exporter_of_opentelemetry_where_to_send(server: Server) -> None:
    asked = project()
    program = "import os, json; print(json.dumps(dict(os.environ)))"
    theirs = {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://elsewhere.example/v1/traces",
        "OTEL_LOGS_EXPORTER": "none",
    }

    options = ("--otel", "-p", asked, "--service", "shop")
    ran = run(server, "exec", *options, "--", sys.executable, "-c", program, env=theirs)

    told = json.loads(ran.out)
    assert {name: value for name, value in told.items() if name.startswith("OTEL_")} == {
        "OTEL_EXPORTER_OTLP_ENDPOINT": server.url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-clearspan-project={asked}",
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_SERVICE_NAME": "shop",
    }
    assert told["CLEARSPAN_ENDPOINT"] == server.url
    assert "CLEARSPAN_KEY" not in told


def test_a_folder_that_nobody_serves_is_served_while_the_program_runs(tmp_path: Path) -> None:
    with tarfile.open(FOLDER) as packed:
        packed.extractall(tmp_path, filter="data")
    [folder] = [one.parent for one in tmp_path.rglob("catalog.db")]
    program = (
        "import os, sys, urllib.request as u\n"
        "print(u.urlopen(os.environ['CLEARSPAN_ENDPOINT'] + '/healthz').status); sys.exit(5)"
    )

    ran = run(folder, "run", "--", sys.executable, "-c", program, env={"CLEARSPAN_KEY": "cs_of_it"})

    assert (ran.code, ran.out) == (5, "200\n"), ran.err


def test_the_demo_answers_as_many_questions_as_it_is_told(server: Server) -> None:
    def count() -> int:
        return len(server.get("/api/v1/traces?project=demo&limit=500")["traces"])

    settle(server)
    before = count()
    ran = run(server, "demo", "-n", "1", "--interval", "0")

    assert (ran.code, ran.out) == (0, ""), ran.err
    assert until(lambda: count() - before) == 1
