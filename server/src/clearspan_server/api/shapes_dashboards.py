"""The JSON of dashboards; a document is what is kept, exported and imported."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from clearspan_server.api.shapes import Shape
from clearspan_server.api.shapes_series import MeasureName
from clearspan_server.query.console_statement import MAX_CHARS
from clearspan_server.query.series import MAX_SPLIT_CHARS, MAX_TOP, SeriesOf

FORMAT = 1
MAX_PANELS = 40
MAX_FILTER_CHARS = 4_000

PanelKind = Literal["line", "area", "bar", "number", "table"]
PanelWidth = Literal["third", "half", "two_thirds", "full"]


class SeriesSource(Shape):
    """A measure of the spans or traces that pass a filter, told apart by a field."""

    of: SeriesOf
    filter: str = Field(default="", max_length=MAX_FILTER_CHARS)
    measure: MeasureName = "count"
    split: str = Field(default="", max_length=MAX_SPLIT_CHARS)
    top: int = Field(default=8, ge=1, le=MAX_TOP)


class SqlSource(Shape):
    """A query of the SQL console, whose tables have what was in the dashboard's window."""

    of: Literal["sql"]
    sql: str = Field(min_length=1, max_length=MAX_CHARS)


class Panel(Shape):
    """One chart, figure or table."""

    title: str = Field(min_length=1, max_length=200, pattern=r"\S")
    kind: PanelKind = "line"
    width: PanelWidth = "third"
    source: Annotated[SeriesSource | SqlSource, Field(discriminator="of")]


class DashboardDocument(Shape):
    """A dashboard as it is exported and imported; `range` and `filter` are what it is opened with."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "clearspan_dashboard": FORMAT,
                    "name": "Models",
                    "range": "24h",
                    "panels": [
                        {
                            "title": "p95 by model",
                            "kind": "line",
                            "width": "half",
                            "source": {
                                "of": "spans",
                                "filter": "kind:llm",
                                "measure": "latency_p95",
                                "split": "model",
                            },
                        }
                    ],
                }
            ]
        }
    )

    clearspan_dashboard: Literal[1] = Field(description="The version of the format.")
    name: str = Field(min_length=1, max_length=200, pattern=r"\S")
    description: str = Field(default="", max_length=2_000)
    range: str = Field(default="24h", max_length=200)
    filter: str = Field(default="", max_length=MAX_FILTER_CHARS)
    panels: list[Panel] = Field(default=[], max_length=MAX_PANELS)


class DashboardChange(Shape):
    """A document in the place of the one that has `version`."""

    version: int = Field(ge=1)
    document: DashboardDocument


class Dashboard(Shape):
    """A dashboard of a project; `version` counts its changes from 1."""

    id: str
    version: int
    created: str
    author: str
    changed: str
    changed_by: str
    document: DashboardDocument


class DashboardRow(Shape):
    """A dashboard in a list."""

    id: str
    name: str
    description: str
    panels: int
    version: int
    changed: str
    changed_by: str


class DashboardList(Shape):
    """The dashboards of a project, in their order."""

    dashboards: list[DashboardRow]


class DashboardOrder(Shape):
    """Ids of dashboards in the order that they shall have; others come behind."""

    ids: list[Annotated[str, Field(max_length=32)]] = Field(max_length=1_000)


class ShippedDashboard(Shape):
    """A dashboard to start from."""

    id: str
    document: DashboardDocument


class ShippedDashboards(Shape):
    """The dashboards that come with the server; to be changed, one is created with its document."""

    dashboards: list[ShippedDashboard]
