"""Python runs this at its start where `clearspan run` has put its folder on PYTHONPATH: it records the program.

It must never stop a program, print to its standard output, or take the place of a `sitecustomize` of its own.
"""
# ruff: noqa: INP001 - Python finds it by its folder alone

import os
import sys
from types import ModuleType

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib takes long to import
_OLDEST = (3, 10)  # older ones must be able to read this file


def _record() -> None:
    if sys.version_info < _OLDEST:
        raise ImportError("it needs Python 3.10 or newer")
    try:
        import clearspan  # noqa: PLC0415 - the program's own, where it has one
    except ImportError:
        clearspan = _ours()
    clearspan.instrument()


def _ours() -> ModuleType:
    """The package beside the command; its folder is not on the path, because what lies there is of another Python."""
    from importlib.util import module_from_spec, spec_from_file_location  # noqa: PLC0415 - see _record

    folder = os.environ["CLEARSPAN_LAUNCH_SDK"]
    start = os.path.join(folder, "__init__.py")  # noqa: PTH118 - as above
    spec = spec_from_file_location("clearspan", start, submodule_search_locations=[folder])
    assert spec is not None  # noqa: S101 - for the type alone
    assert spec.loader is not None  # noqa: S101 - for the type alone
    module = sys.modules["clearspan"] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules["clearspan"]
        raise
    return module


def _go_on() -> None:
    """Run the `sitecustomize` that this one hides, and leave the path as it would have been."""
    from importlib.machinery import PathFinder  # noqa: PLC0415 - see _record
    from importlib.util import module_from_spec  # noqa: PLC0415 - see _record

    sys.path[:] = [one for one in sys.path if os.path.abspath(one) != _HERE]  # noqa: PTH100 - as above
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        module = sys.modules["sitecustomize"] = module_from_spec(spec)
        spec.loader.exec_module(module)


try:
    _record()
except Exception as error:  # noqa: BLE001 - the program goes on without being recorded
    sys.stderr.write(f"clearspan: this program is not recorded: {error}\n")
_go_on()
