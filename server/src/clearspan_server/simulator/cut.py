"""Cuts a response off in the middle, as a failing provider or network does."""

import asyncio
import logging

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def cut(response: Response) -> ASGIApp:
    """The response without its end, so that the server drops the connection."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def unfinished(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                body = message["body"]
                message = {**message, "body": body[: len(body) // 2], "more_body": True}
            await send(message)

        await response(scope, receive, unfinished)

    return app


def is_unexpected(entry: logging.LogRecord) -> bool:
    """Whether a line of the HTTP server's log is about neither a cut nor the end of serving."""
    if entry.exc_info and entry.exc_info[0] is asyncio.CancelledError:
        return False
    return not entry.getMessage().startswith("ASGI callable returned without completing response")
