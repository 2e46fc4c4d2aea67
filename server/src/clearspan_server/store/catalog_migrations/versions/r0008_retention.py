"""How long projects keep what was sent. Those that are there already keep it for ever, as they did until now."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "retention",
        sa.Column("project", sa.String(100), primary_key=True),
        sa.Column("days", sa.Integer, nullable=True),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("thinning", sa.Text, nullable=False),
        sa.Column("rollup_days", sa.Integer, nullable=True),
    )
    op.execute(
        "insert into retention (project, days, rules, thinning, rollup_days)"
        " select id, null, '[]', '', null from projects"
    )
