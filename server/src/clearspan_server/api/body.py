"""Request bodies, read in pieces and stopped at their limit."""

from fastapi import Request

from clearspan_server.errors import TooLarge


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it is larger than `max_bytes`; what came until then is dropped.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise TooLarge(f"the body has {declared} bytes; the limit is {max_bytes}")
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > max_bytes:
            raise TooLarge(f"the body has more than {max_bytes} bytes, which is the limit")
        pieces.append(piece)
    return b"".join(pieces)
