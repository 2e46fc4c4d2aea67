"""What a retriever gives back, as documents with id, content, score and metadata."""

from __future__ import annotations

Document = dict[str, object]

LISTS = ("documents", "results", "matches", "hits", "docs", "nodes")
KEYS = {
    "id": ("id", "id_", "_id", "doc_id", "document_id", "chunk_id"),
    "content": ("content", "page_content", "text", "chunk"),
    "score": ("score", "similarity", "relevance_score", "_score"),
}


def documents(result: object) -> list[object] | None:
    """A plain copy of a result as documents; None when it does not look like any.

    Texts, dicts and objects with a text, such as LangChain's and LlamaIndex's, pairs of one and its
    score, and a dict that holds a list of these.
    """
    if isinstance(result, dict):
        result = next((result[key] for key in LISTS if isinstance(result.get(key), list)), None)
    if not isinstance(result, list):
        return None
    found: list[object] = [_document(item) for item in result]
    return None if None in found else found


def _document(item: object) -> Document | None:
    if isinstance(item, str):
        return {"content": item}
    if isinstance(item, list) and len(item) == 2 and type(item[1]) in {int, float}:
        document = _document(item[0])
        return document and {**document, "score": item[1]}
    if not isinstance(item, dict):
        return None
    if isinstance(item.get("node"), dict):  # LlamaIndex's, with its score beside it
        document = _document(item["node"])
        return document and {**document, "score": item.get("score")}
    keys = {name: next((key for key in keys if key in item), "") for name, keys in KEYS.items()}
    if not isinstance(item.get(keys["content"]), str):
        return None
    document = {name: item[key] for name, key in keys.items() if key}
    known = {*document, *keys.values(), "metadata"}
    rest = {key: value for key, value in item.items() if key not in known and value is not None}
    metadata = item.get("metadata")
    rest.update(metadata if isinstance(metadata, dict) else {})
    return {**document, "metadata": rest} if rest else document
