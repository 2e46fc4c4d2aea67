"""`fields=`: rows of a list cut to what is asked for."""

from collections.abc import Sequence
from difflib import get_close_matches

import orjson
from fastapi import Response

from clearspan_server.api.shapes import Shape
from clearspan_server.errors import BadInput

FIELDS = "Names of fields, separated by commas, to which rows are cut; ids are always there."


def chosen_fields(text: str, shape: type[Shape], ids: Sequence[str]) -> list[str] | None:
    """The fields that `text` names, ids first; None where it names none, which means all.

    Raises:
        BadInput: a row has no such field.
    """
    named = [name.strip() for name in text.split(",") if name.strip()]
    for name in named:
        if name not in shape.model_fields:
            near = get_close_matches(name, shape.model_fields, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise BadInput(
                f"fields: a row has no field {name[:100]}{hint}",
                field="fields",
                value=name[:100],
                **({"did_you_mean": near[0]} if near else {}),
            )
    return list(dict.fromkeys([*ids, *named])) if named else None


def as_page(
    noun: str, rows: Sequence[Shape], next_cursor: str | None, chosen: Sequence[str] | None
) -> Response:
    """A page of a list as a response, its rows cut to the chosen fields; written in the caller's thread."""
    include = None if chosen is None else set(chosen)
    page = {noun: [row.model_dump(include=include) for row in rows], "next_cursor": next_cursor}
    return Response(orjson.dumps(page), media_type="application/json")
