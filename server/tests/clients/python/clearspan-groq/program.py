"""Groq's client, recorded by Clearspan's SDK."""

import chat_scenarios
import clearspan_sdk
import scenarios as ask
from groq import Groq

client = Groq(base_url=ask.SIMULATOR, api_key=ask.KEY, max_retries=0)
clearspan_sdk.run(
    chat_scenarios.of(client.chat.completions, "openai/gpt-oss-120b", clearspan_sdk.lookup)
)
