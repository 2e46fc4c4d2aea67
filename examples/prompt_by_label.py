"""A prompt by its label: whoever moves the label changes what this program says, and nothing is deployed.

Run `clearspan up` and `clearspan sim` in two terminals, keep a prompt, and start this with a key that may send:

    clearspan key create --scope ingest --scope write
    export CLEARSPAN_KEY=cs_…
    curl http://127.0.0.1:4318/api/v1/prompts -H "authorization: Bearer $CLEARSPAN_KEY" \
      -H "content-type: application/json" \
      -d '{"name": "help", "template": "Help {{name}} kindly.", "labels": ["production"]}'
    python examples/prompt_by_label.py

Without a server, or without that prompt, the fallback is used.
"""

import os
from typing import cast

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam

import clearspan


def help_with(question: str, name: str) -> str:
    """Ask the model with the prompt that has the label production; the call names its version."""
    client = OpenAI(
        base_url=os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:4390/v1"),
        api_key="none needed",
    )
    prompt = clearspan.prompt("help", fallback="Help {{name}}.")
    with prompt:
        system = cast("str", prompt.compile(name=name))
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": system},
            {"role": "user", "content": question},
        ]
        answer = client.chat.completions.create(model="gpt-4o", messages=messages)
    print(f"version {prompt.version or 'none'}: {system}")
    return answer.choices[0].message.content or ""


if __name__ == "__main__":
    clearspan.init(service="prompt-by-label")
    clearspan.instrument()
    print(help_with("My parcel has not moved for a week. Is it lost?", "Ann"))
    clearspan.flush()
