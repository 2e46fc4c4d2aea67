"""Questions: what the body of a request to a model asks."""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from clearspan.wire.endpoint import Endpoint
from clearspan.wire.forms import Json, mapping, mappings
from clearspan.wire.media import sized, without_large
from clearspan.wire.messages import Message
from clearspan.wire.request import Request, request_of

_BOUNDARY = re.compile(rb'boundary="?([^";,\s]+)', re.IGNORECASE)
_NAME = re.compile(rb'\bname="([^"]*)"')
_IS_FILE = re.compile(rb"\bfilename\*?=", re.IGNORECASE)
_MODEL_NAMED = frozenset(("anthropic", "cohere", "ollama"))
_MIME = re.compile(rb"^content-type:\s*([^\s;]+)", re.IGNORECASE | re.MULTILINE)


class Question(NamedTuple):
    """A question to a model: whom it asks is known at once, what it asks when it is read."""

    model: str
    read: Callable[[], Request]


def question(endpoint: Endpoint, body: bytes, content_type: str) -> Question | None:
    """The question that a request asks; None for a body that cannot be read, or is no question to a model.

    JSON; multipart forms, of whose files only the size is told; plain forms.
    """
    files: list[Message] = []
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            held, files = _of_parts(body, content_type)
        elif kind == "application/x-www-form-urlencoded":
            held = _of_form(body)
        else:
            held = mapping(json.loads(body))
    except (ValueError, RecursionError):
        return None
    model = held.get("model")
    if isinstance(model, str) and model:
        return Question(_model(model, endpoint), partial(_asked, endpoint, held, files))
    asked = _asked(endpoint, held, files)
    return Question(asked.model, lambda: asked) if asked.model or asked.messages else None


def _model(name: str, endpoint: Endpoint) -> str:
    return name.removeprefix("models/") or endpoint.model


def _asked(endpoint: Endpoint, held: Json, files: list[Message]) -> Request:
    held = _batch(held)
    request = request_of(held)
    request.model = _model(request.model, endpoint)
    request.messages = without_large(request.messages + files)
    if not request.messages and not request.model:
        return Request()
    if not request.model and endpoint.operation in ("chat", "text_completion"):
        # llama.cpp takes messages alone; what comes without a model in another form is a program's own route.
        return request if endpoint.provider not in _MODEL_NAMED else Request()
    if endpoint.streamed:
        request.streamed = True
    if endpoint.operation == "rerank":
        documents = request.parameters.pop("documents", [])
        request.documents = documents if isinstance(documents, list) else []
    return request


def _batch(held: Json) -> Json:
    """Bodies that are no conversation as they stand: Gemini's batches of texts, Titan's one text."""
    batch = mappings(held.get("requests"))
    if batch:
        return {**batch[0], "content": None, "contents": [one.get("content") for one in batch]}
    if "inputText" in held:
        return {**held, "prompt": held["inputText"], "inputText": None}
    return held


def _of_parts(body: bytes, content_type: str) -> tuple[Json, list[Message]]:
    """The fields of a multipart form, and its files as a message of parts that say their size."""
    boundary = _BOUNDARY.search(content_type.encode("latin-1", "replace"))
    fields: Json = {}
    files: list[dict[str, Any]] = []
    for piece in body.split(b"--" + boundary[1])[1:] if boundary else ():
        head, _, content = piece.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is None:
            continue
        content = content.removesuffix(b"\r\n")
        if _IS_FILE.search(head):
            mime = _MIME.search(head.replace(b"\r\n", b"\n"))
            mime_type = mime[1].decode("latin-1") if mime else ""
            modality = mime_type.partition("/")[0]
            modality = modality if modality in ("image", "audio", "video") else "file"
            files.append(sized(modality, mime_type, len(content)))
        else:
            fields[name[1].decode("utf-8", "replace")] = content.decode("utf-8", "replace")
    return fields, [{"role": "user", "parts": files}] if files else []


def _of_form(body: bytes) -> Json:
    # Whoever sends a form has imported it; hardly any model is asked by one.
    from urllib.parse import parse_qsl  # noqa: PLC0415

    return dict(parse_qsl(body.decode("utf-8", "replace")))
