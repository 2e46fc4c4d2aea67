"""The JSON of model providers."""

from typing import Annotated, Literal

from pydantic import Field

from clearspan_server.api.shapes import Shape
from clearspan_server.gateway.provider_book import KeyState, Source
from clearspan_server.gateway.providers import Form

ModelName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S+$")]


class ProviderTested(Shape):
    """How the last test since the start ended; `error` is for admins, in the provider's own words."""

    at: str
    ok: bool
    took_ms: int
    error: str | None


class ProviderRow(Shape):
    """A provider, never with its key. `base_url` is for admins, "" for everybody else.

    A client's base URL is `/gateway/{name}{base_path}`. `is_stored` is whether an admin entered something of it,
    `has_named_models` whether the models, too; else they are what its list held when it was asked last.
    """

    name: str
    title: str
    form: Form
    base_url: str
    base_path: str
    source: Source
    key: KeyState
    is_enabled: bool
    is_usable: bool
    is_simulated: bool
    is_stored: bool
    has_named_models: bool
    models: list[str]
    tested: ProviderTested | None


class ProviderList(Shape):
    """All providers: those first that can be called, the simulated one last."""

    providers: list[ProviderRow]


class ProviderRequest(Shape):
    """What changes; what is absent stays. A key of "" is removed, a base URL of "" is that of before again.

    Another base URL needs the key again.
    """

    title: Annotated[str, Field(max_length=200)] | None = None
    form: Literal["openai", "anthropic", "gemini"] | None = None
    base_url: Annotated[str, Field(max_length=2_000)] | None = None
    key: Annotated[str, Field(max_length=4_000)] | None = None
    models: Annotated[list[ModelName], Field(max_length=500)] | None = None
    is_enabled: bool | None = None


class ProviderModels(Shape):
    """The models of a provider, in order of their names."""

    models: list[str]
