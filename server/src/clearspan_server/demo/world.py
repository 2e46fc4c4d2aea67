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


_DATA = tomllib.loads((files(__package__) / "world.toml").read_text("utf-8"))

HANDBOOK: str = _DATA["handbook"].strip()
ARTICLES = tuple(Article(**article) for article in _DATA["articles"])
ORDERS: dict[str, dict[str, str]] = {order["id"]: order for order in _DATA["orders"]}
CONVERSATIONS = tuple(
    Conversation(**{**told, "questions": tuple(told["questions"])})
    for told in _DATA["conversations"]
)
