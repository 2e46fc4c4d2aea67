"""The HTTP surface: routes, shapes and access; the only place, with jobs, that is async."""
