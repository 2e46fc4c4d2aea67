"""What must agree is compared both ways: the span and its columns, settings and the manual, routes and OpenAPI."""

import json
from dataclasses import fields
from pathlib import Path

from clearspan_server.app import schema_app
from clearspan_server.model.span import Span
from clearspan_server.settings import SETTINGS, Settings
from clearspan_server.store.catalog import HEAD
from clearspan_server.store.columns import SCHEMA
from clearspan_server.store.engine import Engine

ROOT = Path(__file__).parents[2]


def test_the_span_has_the_columns_of_its_table_in_their_order(engine: Engine) -> None:
    rows = engine.query(
        "select name from system.columns where database = currentDatabase() and table = 'spans'"
        " and default_kind = '' order by position"
    )

    assert [row["name"] for row in rows] == [field.name for field in fields(Span)]
    assert SCHEMA.names == [field.name for field in fields(Span)]


def test_the_manual_lists_every_setting_with_its_default() -> None:
    manual = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = [line for line in manual.splitlines() if "`CLEARSPAN_" in line]
    cells = [[cell.strip().strip("`") for cell in row.split("|")[1:-1]] for row in rows]
    defaults = Settings()

    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]
    assert [(name, variable, default, text) for name, _, variable, default, text in cells] == [
        (setting.name, setting.variable, str(getattr(defaults, setting.name)), setting.help)
        for setting in SETTINGS
    ]


def test_the_committed_openapi_is_the_one_that_the_routes_give() -> None:
    committed = json.loads((ROOT / "server" / "openapi.json").read_text(encoding="utf-8"))

    assert committed == schema_app().openapi()


def test_the_newest_catalog_revision_is_the_head() -> None:
    folder = ROOT / "server/src/clearspan_server/store/catalog_migrations/versions"
    revisions = sorted(path.stem for path in folder.glob("r*.py"))

    assert revisions[-1].startswith(f"r{HEAD}_")
