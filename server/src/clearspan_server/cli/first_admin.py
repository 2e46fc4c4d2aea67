"""The first admin, where nobody has a browser yet: from a file at the start, or by a command."""

from pathlib import Path

from clearspan_server.errors import BadInput, StartRefused
from clearspan_server.settings import Settings
from clearspan_server.store.accounts import Account, Accounts, Role
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.folder import CATALOG, Folder, has_account


def from_file(settings: Settings, folder: Folder) -> None:
    """Make the admin that `admin_password_file` asks for, unless there is an account.

    Raises:
        StartRefused: the file cannot be read, or holds no password.
    """
    if not settings.admin_password_file or has_account(folder.path):
        return
    source = f"CLEARSPAN_ADMIN_PASSWORD_FILE ({settings.admin_password_file})"
    try:
        password = Path(settings.admin_password_file).read_text(encoding="utf-8").strip("\r\n")
        create(folder, settings.admin_name, password, "admin")
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"{source} cannot be read: {error}") from error
    except BadInput as error:
        raise StartRefused(f"{source} makes no admin: {error.message}") from error


def create(folder: Folder, name: str, password: str, role: Role) -> Account:
    """A new account in a folder on which no server runs.

    Raises:
        BadInput: the name or the password cannot be one.
    """
    catalog = Catalog(folder.path / CATALOG)
    try:
        return Accounts(catalog.database).create(name, password, role)
    finally:
        catalog.close()
