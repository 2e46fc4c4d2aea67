"""The official OpenAI client against the simulator: a tool call, its result, and an answer.

Run `clearspan sim`, then:

    pip install openai
    python examples/openai_client.py
"""

import json
import os

from openai import OpenAI
from openai.types.chat import ChatCompletionFunctionToolParam, ChatCompletionMessageParam

LOOKUP: ChatCompletionFunctionToolParam = {
    "type": "function",
    "function": {
        "name": "order_status",
        "description": "Look up an order",
        "parameters": {
            "type": "object",
            "properties": {"order_id": {"type": "string"}},
            "required": ["order_id"],
        },
    },
}


def main() -> None:
    """Ask about an order, look it up, and print the answer as it arrives."""
    base_url = os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:4390/v1")
    client = OpenAI(base_url=base_url, api_key="none needed")
    messages: list[ChatCompletionMessageParam] = [
        {"role": "user", "content": "Where is my order A-1057?"}
    ]
    asked = client.chat.completions.create(model="o4-mini", messages=messages, tools=[LOOKUP])
    for call in asked.choices[0].message.tool_calls or []:
        if call.type != "function":
            continue
        print(f"The model calls {call.function.name}({call.function.arguments})")
        result = {"status": "in transit", "expected": "24 November"}
        messages += [
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {
                            "name": call.function.name,
                            "arguments": call.function.arguments,
                        },
                    }
                ],
            },
            {"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)},
        ]
    answer = client.chat.completions.create(model="gpt-4o", messages=messages, stream=True)
    for chunk in answer:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
    print()


if __name__ == "__main__":
    main()
