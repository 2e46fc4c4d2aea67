"""Prompts with versions and labels, datasets with experiments, and media beside traces."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    _create_prompts()
    _create_datasets()
    _create_experiments()
    op.create_table(
        "media",
        sa.Column("project", sa.String(100), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content_type", sa.String(200), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("blob", sa.String(64), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "media_uses",
        sa.Column("project", sa.String(100), primary_key=True),
        sa.Column("media_id", sa.String(64), primary_key=True),
        sa.Column("trace_id", sa.String(32), primary_key=True),
        sa.Column("span_id", sa.String(16), primary_key=True),
        sa.Column("field", sa.String(100), primary_key=True),
    )
    op.create_index("media_of_trace", "media_uses", ["project", "trace_id"])


def _create_prompts() -> None:
    op.create_table(
        "prompts",
        sa.Column("project", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(500), primary_key=True),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "prompt_versions",
        sa.Column("project", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(500), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "prompt_labels",
        sa.Column("project", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(500), primary_key=True),
        sa.Column("label", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _create_datasets() -> None:
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.String(100), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("input_schema", sa.Text, nullable=False),
        sa.Column("output_schema", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("project", "name", name="datasets_by_name"),
    )
    op.create_table(
        "dataset_items",
        sa.Column("project", sa.String(100), primary_key=True),
        sa.Column("id", sa.String(800), primary_key=True),
        sa.Column("dataset_id", sa.String(32), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("expected", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("trace_id", sa.String(800), nullable=False),
        sa.Column("span_id", sa.String(800), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("items_of_dataset", "dataset_items", ["dataset_id", "created"])


def _create_experiments() -> None:
    op.create_table(
        "experiments",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.String(100), nullable=False),
        sa.Column("dataset_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("dataset_id", "name", name="experiments_by_name"),
    )
    op.create_table(
        "experiment_items",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.String(100), nullable=False),
        sa.Column("experiment_id", sa.String(32), nullable=False),
        sa.Column("item_id", sa.String(800), nullable=False),
        sa.Column("trace_id", sa.String(800), nullable=False),
        sa.Column("span_id", sa.String(800), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("items_of_experiment", "experiment_items", ["experiment_id", "created"])
