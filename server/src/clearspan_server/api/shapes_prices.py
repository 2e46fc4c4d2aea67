"""The shapes of prices: the list, the project's own entries, and which of them means a model."""

from pydantic import Field

from clearspan_server.api.shapes import Shape


class PriceListInfo(Shape):
    """The price list in use; `imported` is null for the one that came with the installation."""

    version: str
    imported: str | None


class PriceRow(Shape):
    """An entry of the project's own.

    `model` is a name, in which `*` stands for any characters; `provider` is "" for any; `since` the day (UTC) from
    which it holds, null for ever since. `prices` are US dollars a million by class of usage, as decimal strings; a
    class without one is charged as the wider class that it is part of.
    """

    id: str
    provider: str
    model: str
    since: str | None
    prices: dict[str, str]
    currency: str = "USD"
    source: str


class PriceBook(Shape):
    """What is priced with in a project. `classes` are those that an entry can have prices of."""

    price_list: PriceListInfo
    entries: list[PriceRow]
    classes: list[str]


class PriceRequest(Shape):
    """An entry to store; with the `id` of one it takes its place, else that of one for the same model and day."""

    project: str = ""
    id: str = ""
    provider: str = ""
    model: str
    since: str | None = None
    prices: dict[str, str] = Field(max_length=100)
    currency: str = "USD"


class PriceTier(Shape):
    """The price of a class for inputs of more than so many tokens; every token has it then."""

    above_tokens: int
    unit_price: str


class ClassPrice(Shape):
    """US dollars for `per` of a class."""

    name: str
    unit_price: str
    per: int
    tiers: list[PriceTier]


class PassedOver(Shape):
    """An entry that means the model too, and why another one is taken."""

    entry: PriceRow
    why: str


class PriceFound(Shape):
    """What prices a model at a moment, and why; `source` is "" where nothing does, `entry` null where the list does."""

    source: str
    provider: str
    model: str
    since: str | None
    service_tier: str
    prices: list[ClassPrice]
    why: str
    entry: PriceRow | None
    passed_over: list[PassedOver]
