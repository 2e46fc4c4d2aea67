"""A program under `make soak`: records spans at a steady rate until standard input ends, then tells what it counted."""

import json
import resource
import sys
import threading
import time

import clearspan

_TICK_S = 0.01


def main() -> None:
    """``soak_sender.py RATE``: spans a second."""
    rate = float(sys.argv[1])
    stopping = threading.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        stopping.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    clearspan.init(service="soak")
    begun_s, recorded = time.monotonic(), 0
    while not stopping.wait(_TICK_S):
        for _ in range(int((time.monotonic() - begun_s) * rate) - recorded):
            with clearspan.tool_span("lookup", number=recorded, city="Paris", unit="°C") as span:
                span.set(found=True, degrees=21.5)
            recorded += 1
    seconds = time.monotonic() - begun_s
    is_delivered = clearspan.flush(120.0)
    print(
        json.dumps(
            {
                "recorded": recorded,
                "seconds": seconds,
                "delivered": is_delivered,
                "cpu_s": time.process_time(),
                "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
