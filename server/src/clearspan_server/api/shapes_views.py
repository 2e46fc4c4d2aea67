"""The JSON of saved views."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from clearspan_server.api.shapes import Shape

ViewPage = Literal["overview", "traces", "spans", "sessions", "users", "failures", "live", "cost"]


class ViewRequest(Shape):
    """How a page is looked at: the values of its address, under a name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Dear failures",
                    "page": "traces",
                    "filter": "status:error cost>0.05",
                    "range": "7d",
                    "sort": "-cost",
                    "columns": ["start", "name", "total_cost"],
                }
            ]
        }
    )

    name: str = Field(min_length=1, max_length=200, pattern=r"\S")
    page: ViewPage
    filter: str = Field(default="", max_length=10_000)
    range: str = Field(default="", max_length=200)
    sort: str = Field(default="", max_length=40)
    columns: list[Annotated[str, Field(max_length=200)]] = Field(default=[], max_length=100)


class View(ViewRequest):
    """A saved view of a project."""

    id: str
    created: str


class ViewList(Shape):
    """All views of a project, by page and name."""

    views: list[View]
