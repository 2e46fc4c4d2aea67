"""`clearspan user`: who may sign in."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from clearspan_server.cli import client, printing
from clearspan_server.cli.client import Server
from clearspan_server.cli.options import AsJson, Data, Url, named, the_server
from clearspan_server.errors import BadInput, FolderInUse, NotFound, StartRefused
from clearspan_server.settings import load
from clearspan_server.store.folder import Folder

Role = Literal["admin", "viewer"]

app = typer.Typer(help="Accounts of a server: who may sign in.", no_args_is_help=True)

PasswordFile = Annotated[
    Path | None, typer.Option(help="A file with the password; else it is asked for, or piped in.")
]
Name = Annotated[str, typer.Argument(help="An e-mail address or a word.")]


@app.command("create")
def create(
    name: Name,
    role: Annotated[str, typer.Option(help="admin or viewer.")] = "admin",
    password_file: PasswordFile = None,
    data: Data = None,
    url: Url = None,
) -> None:
    """Make an account; the first one ends open mode for ever. A server may be running or not."""
    if role not in ("admin", "viewer"):
        raise BadInput(f"a role is admin or viewer, not {role!r}")
    password = _password(password_file)
    try:
        # Before the first start there is nobody to ask, and nothing to open.
        owned = None if named(data, url) else Folder(load({"data": data}).data)
    except FolderInUse:
        owned = None
    if owned:
        made = _make(owned, name, password, cast("Role", role))
    else:
        wanted = {"name": name, "password": password, "role": role}
        made = the_server(data, url, opens=False).post("/api/v1/accounts", wanted)["name"]
    typer.echo(f"made the {role} {made}")


@app.command("list")
def list_users(data: Data = None, url: Url = None, as_json: AsJson = False) -> None:
    """List who may sign in."""
    found = the_server(data, url).get("/api/v1/accounts")
    if as_json:
        printing.print_json(found)
        return
    if not found["accounts"]:
        typer.echo(
            "nobody signs in here: the install's token does; `clearspan user create` ends that",
            err=True,
        )
        return
    from clearspan_server.cli.columns import Column, show_rows  # noqa: PLC0415 - Rich takes long to import

    columns = (
        Column("name", lambda row: row["name"]),
        Column("role", lambda row: row["role"]),
        Column("made", lambda row: row["created"][:10]),
    )
    show_rows(found["accounts"], columns)


@app.command("password")
def set_password(
    name: Name, password_file: PasswordFile = None, data: Data = None, url: Url = None
) -> None:
    """Set the password of an account whose owner has lost it; its sessions end."""
    server = the_server(data, url)
    body = {"password": _password(password_file)}
    path = f"/api/v1/accounts/{_found(server, name)['id']}/password"
    server.put(path, client.json_of(body))
    typer.echo(printing.line_of(f"set the password of {name}; its sessions have ended"))


@app.command("remove")
def remove(name: Name, data: Data = None, url: Url = None) -> None:
    """Delete an account and end its sessions; the last admin stays."""
    server = the_server(data, url)
    server.delete(f"/api/v1/accounts/{_found(server, name)['id']}")
    typer.echo(printing.line_of(f"removed {name}"))


def _found(server: Server, name: str) -> dict[str, Any]:
    # SQLAlchemy takes long to import, and lists need none of it.
    from clearspan_server.store.accounts import folded  # noqa: PLC0415 - see above

    rows = server.get("/api/v1/accounts")["accounts"]
    for row in rows:
        if row["name"] == folded(name):
            return cast("dict[str, Any]", row)
    known = ", ".join(row["name"] for row in rows) or "nobody"
    raise NotFound(f"there is no account {name!r}, but {known}")


def _make(owned: Folder, name: str, password: str, role: Role) -> str:
    # The catalog takes long to import, and most commands talk to a server.
    from clearspan_server.cli import first_admin  # noqa: PLC0415 - see above

    try:
        return first_admin.create(owned, name, password, role).name
    finally:
        owned.release()


def _password(file: Path | None) -> str:
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip("\r\n")
        except OSError as error:
            raise StartRefused(f"the password file cannot be read: {error}") from error
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
