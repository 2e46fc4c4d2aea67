"""What a stopped server's folder holds: `python -m bench.disk FOLDER` prints it as JSON, in bytes."""

import json
import sys
from pathlib import Path

from clearspan_server.store.engine import Engine

# Parts that a merge has replaced stay on disk for some minutes and then go by themselves.
_ACTIVE = """
select sum(bytes_on_disk) as bytes from system.parts where active and database = currentDatabase()
"""


def main() -> None:
    """The engine's own account of its tables, and the size of the journal's files."""
    folder = Path(sys.argv[1])
    engine = Engine(folder / "engine")
    (row,) = engine.query(_ACTIVE)
    engine.close()
    journal = sum(path.stat().st_size for path in (folder / "journal").iterdir())
    print(json.dumps({"engine": row["bytes"], "journal": journal}))


if __name__ == "__main__":
    main()
