"""The tools of the support agent: what the model may call, and what then happens."""

import json
from collections.abc import Callable

from clearspan_server.demo.world import ORDERS, Order


class ToolTimeoutError(Exception):
    """A service behind a tool did not answer in time."""


Result = dict[str, str]


def order_status(order: Order) -> Result:
    """What was ordered and how far it is."""
    return {
        "item": order.item,
        "status": order.status,
        "placed": order.placed,
        "total": order.total,
        "summary": f"Your {order.item} of {order.placed} is {order.status}.",
    }


def parcel_tracking(order: Order) -> Result:
    """Where the parcel is."""
    return {
        "carrier": order.carrier,
        "last_scan": order.last_scan,
        "summary": f"The last scan by {order.carrier}: {order.last_scan}.",
    }


def refund_policy(order: Order) -> Result:
    """What can be paid back for an order."""
    return {
        "refundable": order.total,
        "until": order.return_until,
        "summary": f"We can pay back {order.total}; the return is open until {order.return_until}.",
    }


def warranty_check(order: Order) -> Result:
    """How long an item is covered."""
    return {
        "covered_until": order.warranty_until,
        "summary": f"The warranty on it runs until {order.warranty_until}.",
    }


def invoice_search(order: Order) -> Result:
    """The invoice of an order and its payments."""
    return {
        "invoice": order.invoice,
        "total": order.total,
        "payments": "1 settled, 1 reserved",
        "summary": f"Invoice {order.invoice} over {order.total} is paid; "
        "a second charge is only reserved and will lapse.",
    }


TOOLS: dict[str, tuple[Callable[[Order], Result], str]] = {
    "order_status": (order_status, "Look up an order: item, status, date and total"),
    "parcel_tracking": (
        parcel_tracking,
        "Find where a parcel is: delivery, carrier, last scan, late, lost, arrives, address",
    ),
    "refund_policy": (
        refund_policy,
        "Refund, return, cancel or exchange: what can be paid back and until when",
    ),
    "warranty_check": (
        warranty_check,
        "Warranty, repair or replacement of something broken, damaged or flickering",
    ),
    "invoice_search": (invoice_search, "Invoice, VAT, payment, a card that was charged"),
}

DEFINITIONS: list[dict[str, object]] = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "parameters": {
                "type": "object",
                "properties": {"order_id": {"type": "string", "description": "like A-1042"}},
                "required": ["order_id"],
            },
        },
    }
    for name, (_, description) in TOOLS.items()
]


def call(name: str, arguments: str, *, is_slow: bool) -> Result:
    """Run a tool with arguments as the model wrote them, JSON text.

    Raises LookupError for an unknown order or tool, ToolTimeoutError when the service is slow.
    """
    if is_slow:
        raise ToolTimeoutError(f"{name} did not answer within 200 ms")
    tool, _ = TOOLS[name]
    return tool(ORDERS[json.loads(arguments)["order_id"]])
