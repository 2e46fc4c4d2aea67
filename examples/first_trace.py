"""A first trace: a question, a search and a streamed model call, written with the Clearspan SDK.

Run `clearspan up` and `clearspan sim` in two terminals (no key is needed), then:

    python examples/first_trace.py
"""

import json
import os
import urllib.request

import clearspan

MODEL_URL = os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:4390/v1")
ARTICLES = {"kb-104": "A parcel without a scan for five working days counts as lost."}


@clearspan.trace
def answer(question: str) -> str:
    """Look the question up, and let the model answer it."""
    with clearspan.retrieval_span("help centre", query=question, k=1) as span:
        span.documents = [{"id": key, "content": text} for key, text in ARTICLES.items()]
    passages = "\n".join(f"[1] {text}" for text in ARTICLES.values())
    return chat([{"role": "system", "content": passages}, {"role": "user", "content": question}])


def chat(messages: list[dict[str, str]]) -> str:
    """Call the model, and record the call with its tokens."""
    body = {
        "model": "gpt-4o",
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    request = urllib.request.Request(
        f"{MODEL_URL}/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    text = ""
    with (
        clearspan.llm_span(
            "chat gpt-4o", model="gpt-4o", provider="openai", input=messages
        ) as span,
        urllib.request.urlopen(request, timeout=30) as lines,
    ):
        for line in lines:
            if not line.startswith(b"data: {"):
                continue
            chunk = json.loads(line[6:])
            span.response_id, span.response_model = chunk["id"], chunk["model"]
            if chunk["choices"]:
                text += chunk["choices"][0]["delta"].get("content", "")
                span.first_token()
            else:
                usage = chunk["usage"]
                span.usage = {"input": usage["prompt_tokens"], "output": usage["completion_tokens"]}
        span.output = text
    return text


if __name__ == "__main__":
    clearspan.init(service="first-trace")
    print(answer("My parcel has not moved for a week. Is it lost?"))
    clearspan.flush()
