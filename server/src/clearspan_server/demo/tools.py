"""The tools of the support agent: what the model may call, and what then happens."""

import json
from collections.abc import Callable

from clearspan_server.demo.world import ORDERS


class CarrierTimeoutError(Exception):
    """The carrier's tracking service did not answer in time."""


def order_status(order_id: str) -> dict[str, str]:
    """What was ordered and how far it is. Raises LookupError for an unknown order."""
    return _facts(order_id, "item", "status", "placed", "total")


def parcel_tracking(order_id: str) -> dict[str, str]:
    """Where the parcel is. Raises LookupError for an unknown order."""
    return _facts(order_id, "carrier", "last_scan", "expected", "delivered")


def refund_policy(order_id: str) -> dict[str, str]:
    """What can be paid back for an order. Raises LookupError for an unknown order."""
    order = ORDERS.get(order_id, {})
    open_until = "10 December" if "delivered" in order else "30 days after delivery"
    return _facts(order_id, "total") | {"return window": f"open until {open_until}"}


def warranty_check(order_id: str) -> dict[str, str]:
    """How long an item is covered. Raises LookupError for an unknown order."""
    return _facts(order_id, "item", "warranty_until")


def invoice_search(order_id: str) -> dict[str, str]:
    """The invoice of an order. Raises LookupError for an unknown order."""
    return _facts(order_id, "invoice", "total") | {"payments": "1 settled, 1 reserved"}


def _facts(order_id: str, *names: str) -> dict[str, str]:
    order = ORDERS.get(order_id)
    if order is None:
        raise LookupError(f"there is no order '{order_id}'")
    return {"order": order_id} | {name: order[name] for name in names if name in order}


TOOLS: dict[str, Callable[[str], dict[str, str]]] = {
    "order_status": order_status,
    "parcel_tracking": parcel_tracking,
    "refund_policy": refund_policy,
    "warranty_check": warranty_check,
    "invoice_search": invoice_search,
}

_DESCRIPTIONS = {
    "order_status": "Look up an order: item, status, date and total",
    "parcel_tracking": "Find where a parcel is: delivery, carrier, last scan, late, lost, arrive",
    "refund_policy": "Refund, return, cancel or exchange: what can be paid back and until when",
    "warranty_check": "Warranty, repair or replacement of something broken, damaged or flickering",
    "invoice_search": "Billing: invoice, VAT, payment, a card that was charged",
}

DEFINITIONS: list[dict[str, object]] = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": _DESCRIPTIONS[name],
            "parameters": {
                "type": "object",
                "properties": {"order_id": {"type": "string", "description": "like A-1042"}},
                "required": ["order_id"],
            },
        },
    }
    for name in TOOLS
]


def call(name: str, arguments: str, *, carrier_down: bool) -> dict[str, str]:
    """Run a tool with arguments as the model wrote them, JSON text.

    Raises LookupError for an unknown order, CarrierTimeoutError when the carrier is down.
    """
    if carrier_down and name != "order_status":
        raise CarrierTimeoutError("no answer from the carrier within 200 ms")
    return TOOLS[name](**json.loads(arguments))
