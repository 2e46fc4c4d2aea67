"""The page of the manual on figures and the API have the same figures."""

import re
from pathlib import Path

from clearspan_server.api.shapes import Shape
from clearspan_server.api.shapes_cost import CacheSavings, CostFigures, CostRow, CostUnits
from clearspan_server.api.shapes_overview import Point, Totals

PAGE = Path(__file__).parents[2] / "docs" / "figures.md"
FIGURE = re.compile(r"^\| `(\w+)` \| \S", re.MULTILINE)
NAMES = {"value", "detail"}  # of what the figures are


def described(heading: str) -> list[str]:
    """The figures with a formula under a heading."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    return FIGURE.findall(section.partition("\n## ")[0])


def fields(*shapes: type[Shape]) -> set[str]:
    return {name for shape in shapes for name in shape.model_fields} - NAMES


def test_every_figure_of_the_overview_has_its_formula() -> None:
    found = described("Overview")

    assert set(found) == fields(Totals)
    assert len(found) == len(set(found))
    assert fields(Point) - {"start"} <= set(found)


def test_every_figure_of_the_cost_has_its_formula() -> None:
    found = described("Cost")

    assert set(found) == fields(CostFigures, CostRow, CostUnits, CacheSavings)
    assert len(found) == len(set(found))
