"""When spans of projects go into cold storage: never, until somebody says so."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column."""
    op.add_column("retention", sa.Column("cold_days", sa.Integer, nullable=True))
