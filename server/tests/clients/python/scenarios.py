"""What every client is asked to do, and where: the programs beside this file differ only in their client.

`python program.py tools|stream|cached|error|cancel`, or what more a client has
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
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
# As OpenAI's form has it, which others copied.
LOOKUP_FUNCTION = {
    "name": LOOKUP,
    "description": LOOKUP_DESCRIPTION,
    "parameters": LOOKUP_PARAMETERS,
}
LOOKUP_TOOL = {"type": "function", "function": LOOKUP_FUNCTION}
STATUS = "shipped"
DEPOT = "Basel"

READ_BEFORE_LEAVING = 3  # pieces of a stream
REFUSED_STATUS = 429
REFUSED = {"x-sim-error": str(REFUSED_STATUS)}

Scenarios = Mapping[str, Callable[[], object]]  # each gives the answers as its client parsed them
Around = Callable[[str], AbstractContextManager[object]]


def lookup_order(order_id: str) -> dict[str, str]:
    """What the tool gives."""
    return {"order_id": order_id, "status": STATUS, "depot": DEPOT}


def run(
    scenarios: Scenarios,
    flush: Callable[[], object],
    around: Around = lambda _name: nullcontext(),
    show: Callable[[object], object] = lambda _answers: None,
) -> None:
    """Runs the scenario that the command line names inside of `around`; only a 429 may be raised.

    `show` is given what came of it: the answers, or the error.
    """
    name = sys.argv[1]
    try:
        with around(name):
            show(scenarios[name]())
    except Exception as error:
        if REFUSED_STATUS not in _statuses(error):
            raise
        show(error)
    flush()


def _statuses(error: Exception) -> Iterator[object]:
    """Where clients keep the status of an answer that is an error."""
    yield getattr(error, "status_code", None)
    # Frameworks wrap the error of the provider's client.
    yield getattr(error.__cause__, "status_code", None)
    yield getattr(error, "code", None)  # Google's
    answer = getattr(error, "response", None)
    if isinstance(answer, Mapping):  # Amazon's
        yield answer["ResponseMetadata"]["HTTPStatusCode"]
    yield getattr(answer, "status_code", None)  # that of requests
