"""Starts the benchmarks: `make bench`, or `python bench/run.py --help`."""

import runpy
import sys
from pathlib import Path

# The root instead of this folder: `bench.sdk` and `clearspan` are then both found, and nothing hides another.
sys.path[0] = str(Path(__file__).resolve().parent.parent)
runpy.run_module("bench.suite", run_name="__main__")
