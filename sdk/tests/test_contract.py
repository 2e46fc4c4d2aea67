"""Lists that must agree: fields and WIRE.md, exports and names, examples and what they do."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import clearspan
from clearspan import otlp_json
from clearspan.fields import FIELDS
from clearspan.testing import capture_spans

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(clearspan.__path__, prefix="clearspan.")
)


def wire_table() -> list[list[str]]:
    """The rows of the table of fields in WIRE.md: Python names, keys."""
    section = (ROOT / "WIRE.md").read_text("utf-8").split("## Fields")[1].split("\n## ")[0]
    rows = [
        line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")
    ]
    return [[cell.strip() for cell in row[:2]] for row in rows]


def test_the_wire_contract_lists_every_field_and_no_other() -> None:
    documented = {name.strip("`"): keys for name, keys in wire_table()}

    assert set(documented) == set(FIELDS)
    for name, field in FIELDS.items():
        assert f"`{field.key}`" in documented[name]


def test_the_wire_contract_lists_the_keys_of_usage_and_parameters() -> None:
    text = (ROOT / "WIRE.md").read_text("utf-8")

    for name, key in otlp_json.USAGE_KEYS.items():
        assert f"`{name}` → `{key}`" in text
    for name in otlp_json.PARAMETERS:
        assert f"`{name}`" in text


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_run(name: str) -> None:
    with capture_spans():
        failures, _ = doctest.testmod(importlib.import_module(name))

    assert failures == 0


def test_every_export_exists_and_is_sorted() -> None:
    names = clearspan.__all__

    assert all(hasattr(clearspan, name) for name in names)
    assert len(set(names)) == len(names)


def test_the_version_is_that_of_the_distribution() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")

    assert f'\nversion = "{clearspan.__version__}"\n' in project
    assert "\ndependencies = []" in project


def test_the_tracer_core_can_be_read_in_one_sitting() -> None:
    core = ROOT / "src" / "clearspan" / "tracer.py"

    assert len(core.read_text("utf-8").splitlines()) < 200
