"""`clearspan admin`: accounts, from the machine that the server runs on."""

import sys
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from clearspan_server.cli import client
from clearspan_server.cli.options import Data
from clearspan_server.errors import BadInput, FolderInUse, StartRefused
from clearspan_server.settings import load
from clearspan_server.store.folder import Folder

Role = Literal["admin", "viewer"]

app = typer.Typer(help="Accounts of this install.", no_args_is_help=True)

PasswordFile = Annotated[
    Path | None, typer.Option(help="A file with the password; else it is asked for, or piped in.")
]


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="An e-mail address or a word.")],
    role: Annotated[str, typer.Option(help="admin or viewer.")] = "admin",
    password_file: PasswordFile = None,
    data: Data = None,
) -> None:
    """Make an account; the first one ends open mode for ever. A server may be running or not."""
    if role not in ("admin", "viewer"):
        raise BadInput(f"a role is admin or viewer, not {role!r}")
    folder = load({"data": data}).data
    password = _password(password_file)
    try:
        owned = Folder(folder)
    except FolderInUse:
        wanted = {"name": name, "password": password, "role": role}
        made = client.find(folder).post("/api/v1/accounts", wanted)["name"]
    else:
        made = _make(owned, name, password, cast("Role", role))
    typer.echo(f"made the {role} {made}")


@app.command("password")
def set_password(
    name: Annotated[str, typer.Argument(help="Whose password is to be set.")],
    password_file: PasswordFile = None,
    data: Data = None,
) -> None:
    """Set the password of an account whose owner has lost it; its sessions end. The server must be running."""
    # As below: SQLAlchemy takes long to import.
    from clearspan_server.store.accounts import folded  # noqa: PLC0415 - see above

    server = client.find(load({"data": data}).data)
    accounts = server.get("/api/v1/accounts")["accounts"]
    found = [one["id"] for one in accounts if one["name"] == folded(name)]
    if not found:
        raise BadInput(f"there is no account {name!r}")
    body = {"password": _password(password_file)}
    server.put(f"/api/v1/accounts/{found[0]}/password", client.json_of(body))
    typer.echo(f"set the password of {name}; its sessions have ended")


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
