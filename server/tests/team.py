"""A server with accounts: an admin and a viewer, listening on every address, for tests of who may do what."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from asking import Headers, ask, bearer, make_key, signed_in
from clearspan_server.cli.commands import app
from running import Server, serving

ADMIN, VIEWER = "ann@example.org", "vic@example.org"
PASSWORD = "a long enough password"


@dataclass(slots=True, frozen=True)
class Team:
    """The server, and what each of its callers sends."""

    server: Server
    admin: Headers
    viewer: Headers
    account_ids: dict[str, str]

    def key(self, *scopes: str, project: str = "mine") -> Headers:
        """What a program with a new key sends."""
        return bearer(make_key(self.server, project, *scopes))


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A team's server; its admin is made before it starts, by the command."""
    data = tmp_path_factory.mktemp("team") / "data"
    made = CliRunner().invoke(app, ["user", "create", ADMIN, "--data", str(data)], input=PASSWORD)
    assert made.exit_code == 0, made.output
    with serving(data, "--host", "0.0.0.0") as server:  # noqa: S104 - what is tested
        admin = signed_in(server, ADMIN, PASSWORD)
        wanted = {"name": VIEWER, "password": PASSWORD, "role": "viewer"}
        assert ask(server, "POST", "/api/v1/accounts", admin, wanted).status == 201
        rows = ask(server, "GET", "/api/v1/accounts", admin).body["accounts"]
        viewer = signed_in(server, VIEWER, PASSWORD)
        yield Team(server, admin, viewer, {row["name"]: row["id"] for row in rows})
