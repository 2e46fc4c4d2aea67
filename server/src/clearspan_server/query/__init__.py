"""From questions to rows: every read of traces and spans. SQL stands in `sql/`, one statement a file."""

SQL = "clearspan_server.query.sql"
