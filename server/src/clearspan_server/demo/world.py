"""The data of the demo: customers and what they ask, orders, and the help centre."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Article:
    """A page of the help centre."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one customer asks, turn by turn, about one order."""

    user: str
    name: str
    shop: str
    order: str
    feature: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """An order, with amounts and dates as they are told to a customer."""

    id: str
    item: str
    total: str
    status: str
    placed: str
    carrier: str
    last_scan: str
    return_until: str
    warranty_until: str
    invoice: str


_DATA = tomllib.loads((files(__package__) / "world.toml").read_text("utf-8"))

HANDBOOK: str = _DATA["handbook"].strip()
ARTICLES = tuple(Article(**article) for article in _DATA["articles"])
ORDERS = {order["id"]: Order(**order) for order in _DATA["orders"]}
CONVERSATIONS = tuple(
    Conversation(**{**told, "questions": tuple(told["questions"])})
    for told in _DATA["conversations"]
)
