"""`clearspan monitor`: the full-screen dashboard."""
