"""Model providers with their sealed keys, and what a virtual key may call."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the table, and the columns of keys."""
    op.create_table(
        "providers",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("base_url", sa.String(2000), nullable=False),
        sa.Column("sealed_key", sa.Text, nullable=False),
        sa.Column("models", sa.Text, nullable=False),
        sa.Column("is_enabled", sa.Boolean, nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
    )
    for name in ("models", "providers"):
        column = sa.Column(name, sa.Text, nullable=False, server_default="")
        op.add_column("api_keys", column)
    op.add_column("api_keys", sa.Column("calls_per_minute", sa.Integer, nullable=True))
