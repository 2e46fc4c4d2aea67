"""Who may be asked, by name."""

from clearspan_server.api.state import State
from clearspan_server.chat.asking import Provider
from clearspan_server.errors import BadInput, NotFound


def checked_target(server: State, name: str) -> Provider:
    """The provider of a name, when this server can ask it; whether it has a model it says itself.

    Raises:
        BadInput: it is not known, switched off, or there is no key for it.
    """
    try:
        row = server.providers.row(name)
    except NotFound as error:
        raise BadInput(error.message, field="provider", value=name) from error
    if not row.is_usable:
        why = "is switched off" if not row.is_enabled else "has no key or no address here"
        raise BadInput(
            f"the provider {name!r} {why}; an admin changes that in Settings, Providers",
            field="provider",
            value=name,
        )
    return Provider(row.name, row.form, row.base_path)
