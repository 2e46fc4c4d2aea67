"""What every client is asked to do, and where: the programs beside this file differ only in their client.

`python program.py tools|stream|cached|error|cancel`
"""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

SERVER = os.environ["CLEARSPAN_URL"]
PROJECT = os.environ["CLEARSPAN_PROJECT"]
SIMULATOR = os.environ["SIMULATOR_URL"]
KEY = "simulated"

MODEL = "gpt-5-mini"
SESSION = "session-7"
USER = "ada"

ORDER = "Where is my order A-1042?"
STORY = "Tell me a story about a lighthouse."
# The providers cache prompts from 1024 tokens on, a token being four bytes.
HANDBOOK = "A parcel that was not delivered is kept at the depot for ten days. " * 100

LOOKUP = "lookup_order"
LOOKUP_DESCRIPTION = "Find an order and where its parcel is"
LOOKUP_PARAMETERS = {
    "type": "object",
    "properties": {"order_id": {"type": "string"}},
    "required": ["order_id"],
    "additionalProperties": False,
}
STATUS = "shipped"
DEPOT = "Basel"

READ_BEFORE_LEAVING = 3  # pieces of a stream
REFUSED = {"x-sim-error": "429"}

Scenarios = Mapping[str, Callable[[], None]]
Around = Callable[[str], AbstractContextManager[object]]


def lookup_order(order_id: str) -> dict[str, str]:
    """What the tool gives."""
    return {"order_id": order_id, "status": STATUS, "depot": DEPOT}


def run(
    scenarios: Scenarios,
    flush: Callable[[], object],
    around: Around = lambda _name: nullcontext(),
) -> None:
    """Runs the scenario that the command line names inside of `around`; only a 429 may be raised."""
    name = sys.argv[1]
    try:
        with around(name):
            scenarios[name]()
    except Exception as error:
        # Frameworks wrap the error of the provider's client.
        if 429 not in (getattr(error, "status_code", None), _cause_status(error)):
            raise
    flush()


def _cause_status(error: Exception) -> object:
    return getattr(error.__cause__, "status_code", None)
