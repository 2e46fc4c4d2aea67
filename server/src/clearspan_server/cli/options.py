"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option(help="The data folder (CLEARSPAN_DATA).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
