"""Names of models: the spellings under which a price list may know what a client called a model."""

import re
from collections.abc import Iterator

# Whoever runs the model pays for the machine, not by the token.
SELF_HOSTED = frozenset(
    (
        "ollama",
        "ollama_chat",
        "vllm",
        "hosted_vllm",
        "llama_cpp",
        "llamacpp",
        "llama.cpp",
        "llamafile",
        "lmstudio",
        "lm_studio",
        "sglang",
        "tgi",
        "xinference",
    )
)

FINE_TUNE = "ft:"
"""How only OpenAI's names of fine-tuned models begin, whatever provider a gateway says."""

RESERVED = "-month-commitment/"
"""LiteLLM's way of naming Bedrock's provisioned throughput, which is paid by the hour and not by the token."""

# Names of providers that the list's own matching would miss or take for another provider.
_PROVIDERS = {
    "gcp.gen_ai": "google",
    "gcp": "google",
    "google-gla": "google",  # Pydantic AI
    "google-vertex": "google",
    "x_ai": "x-ai",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "together_ai": "together",
    "togetherai": "together",
    "fireworks_ai": "fireworks",
    "cohere_chat": "cohere",
    "perplexity_ai": "perplexity",
}
# What LiteLLM puts between its provider and the model: which API of it is meant.
_ROUTES = frozenset(("responses", "converse", "invoke", "converse_like", "chat"))
# OpenRouter: which of the hosts of a model is asked; `:free` and `:thinking` are models of their own.
_ROUTING = (":nitro", ":floor", ":online", ":exacto")
# A region of Bedrock or none, a maker, a point: us.anthropic.claude-sonnet-4-5-20250929-v1:0. Clients that speak a
# maker's own format with Bedrock name that maker as the provider.
_BEDROCK = re.compile(
    r"(?:(?:us|us-gov|eu|apac|jp|au|ca|sa|me|af|global)\.)?"
    r"(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|nvidia|openai|qwen|writer|zai)"
    r"\.[a-z0-9-]+-[a-z0-9:.-]+"
)
_COLON_VENDOR = re.compile(r"([a-z_-]+):([^:]+)")  # Pydantic AI: google-gla:gemini-2.5-flash
_VERTEX_VERSION = re.compile(r"@[a-z0-9-]+$")  # claude-sonnet-4-5@20250929, …@default
_GEMINI_STABLE = re.compile(
    r"^(gemini-.*)-00[0-9]$"
)  # the version behind a Gemini name: same model, same price
_FINE_TUNE = re.compile(r"^ft:([a-z0-9.-]+?)(?:-20[0-9]{2}-[01][0-9]-[0-3][0-9])?:.*$")


def provider_id(name: str) -> str:
    """The list's word for a provider, lower case, where it differs; `name` is lower case."""
    if name.startswith(("azure", "az.")):  # azure.ai.openai is not openai
        return "azure"
    return _PROVIDERS.get(name, name)


def split_vendor(model: str) -> tuple[str, str]:
    """The provider that a name begins with, and the rest: `openai/gpt-4o`, `openai:gpt-4o`; "" where it names none."""
    vendor, slash, rest = model.partition("/")
    if slash:
        return vendor, rest
    found = _COLON_VENDOR.fullmatch(model)
    return (found[1], found[2]) if found else ("", model)


def is_bedrock_id(model: str) -> bool:
    """Whether the name is one of Bedrock's own, or an ARN of Bedrock, whoever is said to be the provider."""
    return model.startswith("arn:aws") or bool(_BEDROCK.fullmatch(model.rpartition("/")[2]))


def spellings(model: str) -> Iterator[str]:
    """A model's name as it is, then with what clients, gateways and clouds put around it taken off; lower case."""
    yield model
    route, slash, rest = model.partition("/")
    if slash and route in _ROUTES:
        model = rest
    for suffix in _ROUTING:
        if model.endswith(suffix):
            yield model.removesuffix(suffix)
    if (
        "/" in model
    ):  # models/gemini-2.5-flash, publishers/google/models/…, arn:…:inference-profile/us.anthropic.…
        yield from _plainer(model.rpartition("/")[2])
    else:
        yield from _plainer(model)


def _plainer(model: str) -> Iterator[str]:
    yield model
    if "@" in model:
        yield _VERTEX_VERSION.sub("", model)
    if found := _GEMINI_STABLE.match(model):
        yield found[1]
    if found := _FINE_TUNE.match(model):
        # Fine-tuned models have prices of their own, never those of their base: the list has them by `ft:` and a date.
        yield f"ft:{found[1]}-2024-"
