"""The shapes of prices: the list, the project's own entries, and which of them means a model."""

from typing import Literal

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
    """An entry that means the model too, or another version of it, and why it is not taken."""

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


class RepriceRequest(Shape):
    """The window of a re-pricing, RFC 3339, days or epoch milliseconds; without an end it is all there is on that side.

    A preview changes nothing and tells what would change.
    """

    project: str = ""
    since: str | None = Field(default=None, alias="from")
    until: str | None = Field(default=None, alias="to")
    preview: bool = False


class PriceDifference(Shape):
    """What one span cost and costs; null is unknown."""

    trace_id: str
    span_id: str
    name: str
    model: str
    start: str
    old: str | None
    new: str | None


class RepricedModel(Shape):
    """What is found of a model's spans; without a name it is of all the models beyond the first hundred.

    Of its `spans` with usage `changed` cost something else now, and `gained` of these had no cost. Totals are of
    counted spans, in US dollars.
    """

    provider: str
    model: str
    spans: int
    changed: int
    gained: int
    old_total: str
    new_total: str


class Repricing(Shape):
    """A re-pricing: `progress` from 0 to 1, and what it has found so far, in all and of each model that changes.

    `spans` have usage, `changed` of them cost something else now, `gained` of these had no cost. `kept` have a cost
    from the list, which knows no price for them any more, and keep it. Totals are of counted spans, in US dollars.
    `error` says why it does not go on, while it tries again.
    """

    id: int
    preview: bool
    state: Literal["running", "done", "cancelled"]
    since: str = Field(serialization_alias="from")
    until: str = Field(serialization_alias="to")
    created: str
    ended: str | None
    progress: float
    spans: int
    changed: int
    gained: int
    kept: int
    old_total: str
    new_total: str
    models: list[RepricedModel]
    biggest: list[PriceDifference]
    error: str


class RepricingList(Shape):
    """The newest re-pricings, newest first."""

    repricings: list[Repricing]
