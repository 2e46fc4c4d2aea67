"""How a server is loaded: without the collector, which finds no garbage then, and without pandas."""

import gc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class _NoPandas:
    """pyarrow imports pandas when it is first given a list: half a second and 30 MB for frames that nobody has here."""

    @staticmethod
    def find_spec(
        name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "pandas":
            raise ModuleNotFoundError("clearspan does not use pandas", name=name)
        return None


def load_lightly() -> None:
    """From now on modules are imported in half the time; the app's lifespan lets the collector work again."""
    gc.disable()
    sys.meta_path.insert(0, _NoPandas())
