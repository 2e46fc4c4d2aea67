"""A model provider for measuring the gateway: `python bench/gateway_provider.py PORT` serves there.

A path with `long` streams 20 pieces a second for ten seconds, any other one three pieces at once.
"""

import asyncio
import json
import sys

import uvloop

PIECES = 200
PAUSE_S = 0.05
END = b"0\r\n\r\n"
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_SAID = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "model": "gpt-4o",
        "choices": [{"index": 0, "delta": {"content": " word"}, "finish_reason": None}],
    }
)
_EVENT = f"data: {_SAID}\n\n".encode()
_CHUNK = b"%x\r\n%b\r\n" % (len(_EVENT), _EVENT)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Requests over one connection, whose bodies have a length."""
    while True:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
        except asyncio.IncompleteReadError:
            writer.close()
            return
        told = head.partition(b"content-length:")[2].split(b"\r\n")[0]
        await reader.readexactly(int(told or 0))
        is_long = b"/long" in head
        writer.write(_HEAD)
        for _ in range(PIECES if is_long else 3):
            writer.write(_CHUNK)
            await asyncio.sleep(PAUSE_S if is_long else 0)
        writer.write(END)


async def serve(port: int) -> None:
    """Serve until the process ends."""
    server = await asyncio.start_server(_answer, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
