"""`clearspan call`: a model is asked once, its answer shown as it comes, and the call recorded."""

import uuid

from commanding import run, run_json
from running import Server


def project() -> str:
    return f"call-{uuid.uuid4().hex}"


def test_the_answer_is_printed_and_beside_it_what_the_call_took_and_cost(server: Server) -> None:
    asked = project()

    ran = run(server, "call", "Where is my order?", "--model", "gpt-4o", "-p", asked)

    assert ran.code == 0, ran.err
    rows = dict(
        line.strip().split(maxsplit=1) for line in ran.err.splitlines() if "first" not in line
    )
    assert rows["model"] == "gpt-4o of simulated"
    assert rows["tokens"].endswith(" tok")
    assert rows["cost"].startswith("$0.0")
    trace_id = rows["trace"].removeprefix(f"{server.url}/p/{asked}/traces/")
    recorded = server.get(f"/api/v1/traces/{trace_id}?project={asked}")["trace"]
    assert recorded["status"] == "ok"
    assert ran.out.split()[:5] == recorded["output_preview"].split()[:5]


def test_json_is_the_run_with_what_was_recorded_of_the_call(server: Server) -> None:
    options = ("--model", "gpt-4o", "--system", "Be brief.", "-p", project())

    found = run_json(server, "call", "Hello?", *options)

    [call] = found["calls"]
    assert (call["provider"], call["model"], call["status"]) == ("simulated", "gpt-4o", "ok")
    assert call["figures"]["output_tokens"] > 0


def test_a_provider_that_is_not_set_up_is_refused_in_one_line(server: Server) -> None:
    ran = run(server, "call", "Hello?", "--model", "gpt-4o", "--provider", "openai")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("clearspan: the provider 'openai' has no key")
