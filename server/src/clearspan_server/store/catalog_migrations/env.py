"""Alembic's entry: runs the catalog's revisions against the database that `catalog._upgrade` names."""

import sqlalchemy as sa
from alembic import context

_url = context.config.get_main_option("sqlalchemy.url")
with sa.create_engine(str(_url)).connect() as connection:
    # Neither Alembic nor the driver begins one for SQLite: an upgrade that breaks off would be half done for ever.
    connection.exec_driver_sql("begin immediate")
    context.configure(connection=connection, render_as_batch=True)
    context.run_migrations()
    connection.commit()
