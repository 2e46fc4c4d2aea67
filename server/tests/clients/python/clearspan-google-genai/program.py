"""Google's client of Gemini, recorded by Clearspan's SDK."""

from itertools import islice

import clearspan_sdk
import scenarios as ask
from google import genai
from google.genai import types

MODEL = "gemini-2.5-flash"
LOOKUP = types.FunctionDeclaration(
    name=ask.LOOKUP,
    description=ask.LOOKUP_DESCRIPTION,
    parameters_json_schema=ask.LOOKUP_PARAMETERS,
)

# Kept, since it closes its connections when it is forgotten.
client = genai.Client(api_key=ask.KEY, http_options=types.HttpOptions(base_url=ask.SIMULATOR))
models = client.models


def tools() -> object:
    """The question, the tool, and the question with its result."""
    config = types.GenerateContentConfig(tools=[types.Tool(function_declarations=[LOOKUP])])
    question = types.Content(role="user", parts=[types.Part(text=ask.ORDER)])
    asked = models.generate_content(model=MODEL, contents=[question], config=config)
    results = [
        types.Part.from_function_response(
            name=call.name, response=clearspan_sdk.lookup(call.args["order_id"])
        )
        for call in asked.function_calls
    ]
    turns = [question, asked.candidates[0].content, types.Content(role="user", parts=results)]
    return [asked, models.generate_content(model=MODEL, contents=turns, config=config)]


def stream() -> object:
    """A stream that is read to its end."""
    return list(models.generate_content_stream(model=MODEL, contents=ask.STORY))


def cached() -> object:
    """The same long prompt twice."""
    config = types.GenerateContentConfig(system_instruction=ask.HANDBOOK)
    return [
        models.generate_content(model=MODEL, contents=ask.ORDER, config=config) for _ in range(2)
    ]


def error() -> object:
    """A call that is refused."""
    options = types.HttpOptions(headers=ask.REFUSED)
    config = types.GenerateContentConfig(http_options=options)
    return models.generate_content(model=MODEL, contents=ask.ORDER, config=config)


def cancel() -> object:
    """A stream that is left."""
    reply = models.generate_content_stream(model=MODEL, contents=ask.STORY)
    read = list(islice(reply, ask.READ_BEFORE_LEAVING))
    reply.close()
    return read


clearspan_sdk.run(
    {"tools": tools, "stream": stream, "cached": cached, "error": error, "cancel": cancel}
)
