"""Work that the server does by itself, beside requests."""
