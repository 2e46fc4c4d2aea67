"""`python -m clearspan_server.demo`: the agent answers a question every few seconds, until told."""

import argparse
import itertools
import os
import signal
import sys
import threading
import time
from contextlib import closing, suppress

import clearspan
from clearspan_server.demo.agent import answer
from clearspan_server.demo.models import ModelError, Models
from clearspan_server.demo.script import turns
from clearspan_server.demo.telemetry import Telemetry
from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings

_PROJECT, _SERVICE, _ENVIRONMENT = "demo", "support-desk", "demo"
_PARENT_POLL_S = 0.5
# Fast for a real provider, so that an answer takes less than the two seconds to the next one.
_TTFT_MS = 130.0
_TOKENS_PER_S = 400.0


def main() -> int:
    """Run the demo until SIGTERM, SIGINT, the end of the parent process or `--count` turns."""
    options = _options()
    # Like SIGINT, so that a turn in progress ends as cancelled.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    threading.Thread(target=_end_with, args=(os.getppid(),), name="parent", daemon=True).start()
    # Who started the demo waits for its end, also when the server is gone already.
    exit_s = float(os.environ.setdefault("CLEARSPAN_EXIT_S", "1"))
    clearspan.init(
        endpoint=options.endpoint,
        project=_PROJECT,
        service=_SERVICE,
        environment=_ENVIRONMENT,
    )
    simulated = SimulatorSettings(
        seed=options.seed,
        ttft_ms=_TTFT_MS / options.speed,
        tokens_per_s=_TOKENS_PER_S * options.speed,
    )
    try:
        with (
            Telemetry(options.endpoint, _PROJECT, _SERVICE, _ENVIRONMENT, exit_s),
            running(simulated) as url,
            closing(Models(url)) as models,
        ):
            _answer_questions(models, options)
    except KeyboardInterrupt:
        return 0
    return 0


def _answer_questions(models: Models, options: argparse.Namespace) -> None:
    for turn in itertools.islice(turns(options.seed, options.speed), options.count):
        due_s = time.monotonic() + options.interval
        # A failed answer is told by its trace; the next customer is waiting.
        with suppress(ModelError):
            answer(turn, models)
        time.sleep(max(0.0, due_s - time.monotonic()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m clearspan_server.demo", description=__doc__)
    parser.add_argument("--endpoint", required=True, help="where the spans go")
    parser.add_argument("--interval", type=float, default=2.0, help="seconds between questions")
    parser.add_argument("--speed", type=float, default=1.0, help="2 answers twice as fast")
    parser.add_argument("--count", type=int, help="stop after so many questions")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()), help="the same seed, the same conversations"
    )
    return parser.parse_args()


def _end_with(parent: int) -> None:
    """Stop this process when its parent is gone."""
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL_S)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
