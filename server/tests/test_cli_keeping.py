"""`clearspan key`, `project`, `user`, `status`: what is kept, from the command line; and how commands fail."""

import uuid
from pathlib import Path

from asking import ask, bearer
from commanding import run, run_json
from running import Server, serving
from team import PASSWORD


def test_a_key_is_made_listed_rotated_and_revoked(server: Server) -> None:
    project = f"kept-{uuid.uuid4().hex[:6]}"
    made = run(server, "key", "create", "-p", project, "--scope", "read", "--name", "nightly")
    key = made.out.strip()
    key_id = "_".join(key.split("_")[:2])

    assert ask(server, "GET", "/api/v1/traces", bearer(key)).status == 200
    row = next(one for one in run_json(server, "key list")["keys"] if f"cs_{one['id']}" == key_id)
    assert (row["project"], row["scopes"], row["name"]) == (project, ["read"], "nightly")
    listed = run(server, "key", "list").out
    assert key_id in listed
    assert key not in listed  # the secret is shown once

    rotated = run_json(server, "key rotate", key_id, "--grace-hours", "0")["key"]
    assert ask(server, "GET", "/api/v1/traces", bearer(key)).status == 401
    assert ask(server, "GET", "/api/v1/traces", bearer(rotated)).status == 200
    assert (
        run(server, "key", "revoke", rotated).out == f"revoked {key_id}\n"
    )  # the whole key will do
    assert ask(server, "GET", "/api/v1/traces", bearer(rotated)).status == 401


def test_a_virtual_key_has_its_limits(server: Server) -> None:
    limits = ["--model", "gpt-4o*", "--provider", "simulated", "--calls-per-minute", "7"]
    made = run_json(server, "key create", "--scope", "gateway", *limits)

    row = made["row"]
    assert (row["models"], row["providers"]) == (["gpt-4o*"], ["simulated"])
    assert row["calls_per_minute"] == 7


def test_a_project_is_made_and_called_something(server: Server) -> None:
    project = f"shop-{uuid.uuid4().hex[:6]}"

    assert run_json(server, "project create", project, "--label", "The shop")["id"] == project
    assert run_json(server, "project label", project, "Shop \x1b[31mred")["label"]
    rows = {one["id"]: one["label"] for one in run_json(server, "project list")["projects"]}
    assert project in rows
    again = run(server, "project", "create", project)
    assert (again.code, again.out) == (2, "")
    assert project in again.err
    assert "\x1b" not in run(server, "project", "list").out


def test_accounts_are_made_before_the_first_start_and_kept_afterwards(tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = run(data, "user", "create", "ann@example.org", stdin=PASSWORD)
    assert (made.code, made.out) == (0, "made the admin ann@example.org\n"), made.err

    with serving(data) as server:
        viewer = ["user", "create", "vic", "--role", "viewer"]
        assert run(server, *viewer, stdin=PASSWORD).out == "made the viewer vic\n"
        rows = run_json(server, "user list")["accounts"]
        assert {(one["name"], one["role"]) for one in rows} == {
            ("ann@example.org", "admin"),
            ("vic", "viewer"),
        }
        unkeyed = run(server, "exec", "--", "env")
        assert (unkeyed.code, unkeyed.out) == (4, "")  # the install's token is for no program
        assert "CLEARSPAN_KEY" in unkeyed.err
        assert run(server, "user", "password", "vic", stdin="another long password").code == 0
        assert run(server, "user", "remove", "vic").out == "removed vic\n"
        nobody = run(server, "user", "remove", "vic")
        assert (nobody.code, nobody.err) == (
            3,
            "clearspan: there is no account 'vic', but ann@example.org\n",
        )
        last = run(server, "user", "remove", "ann@example.org")
        assert (last.code, "last admin" in last.err) == (4, True)


def test_a_server_tells_how_its_parts_do(server: Server) -> None:
    assert run_json(server, "status")["status"] == "ready"
    said = run(server, "status").out
    parts = ("pages", "API", "OTLP/HTTP", "OTLP/gRPC", "journal", "engine", "writer", "disk")
    assert [part for part in parts if f"✓ {part}" not in said] == []


def test_a_server_is_asked_by_its_address_with_a_key(server: Server, tmp_path: Path) -> None:
    project = f"far-{uuid.uuid4().hex[:6]}"
    key = run(server, "key", "create", "-p", project, "--scope", "read").out.strip()
    far = {"CLEARSPAN_ENDPOINT": server.url, "CLEARSPAN_KEY": key}

    assert run_json(tmp_path, "traces", env=far)["traces"] == []
    refused = run(tmp_path, "key", "list", env=far)
    assert refused.code == 4
    unknown = run(tmp_path, "traces", env=far | {"CLEARSPAN_KEY": f"{key}x"})
    assert (unknown.code, unknown.out) == (4, "")
    assert key not in refused.err + unknown.err


def test_what_goes_wrong_is_one_line_with_the_next_step(server: Server, tmp_path: Path) -> None:
    wrong = {
        ("statsu",): (2, "Did you mean 'status'?"),
        ("traces", "--sincee", "1d"): (2, "`clearspan traces --help`"),
        ("traces", "nofield:x"): (2, "nofield"),
        ("traces", "--url", "ftp://x"): (2, "'ftp://x' is no address of a server"),
        ("traces", "--url", "http://127.0.0.1:9"): (5, "no server answers at http://127.0.0.1:9"),
        ("traces", "--data", str(tmp_path)): (5, "`clearspan up` starts one"),
        ("key", "revoke", "cs_nobody"): (3, "nobody"),
    }
    for asked, (code, says) in wrong.items():
        ran = run(server, *asked)
        assert (ran.code, ran.out) == (code, ""), (asked, ran)
        assert ran.err.count("\n") == 1, ran.err
        assert says in ran.err, ran.err


def test_a_folder_that_no_server_runs_on_is_opened_for_a_command(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data):
        pass

    assert run_json(data, "project list")["projects"][0]["id"] == "default"
    assert (
        run(data, "up", "--check", "--port", "0", "--grpc-port", "0").code == 0
    )  # it is free again
