"""Accounts and browser sessions; labels of projects; keys that expire, rotate and tell when they were used."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create both tables, and add the columns."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_changed", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "browser_sessions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("account", sa.String(32), nullable=True, index=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("address", sa.String(100), nullable=False),
    )
    with op.batch_alter_table("projects") as projects:
        projects.add_column(sa.Column("label", sa.String(200), nullable=False, server_default=""))
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("api_keys") as keys:
        keys.add_column(sa.Column("expires", moment, nullable=True))
        keys.add_column(sa.Column("last_used", moment, nullable=True))
        keys.add_column(sa.Column("old_hash", sa.String(64), nullable=False, server_default=""))
        keys.add_column(sa.Column("old_until", moment, nullable=True))
