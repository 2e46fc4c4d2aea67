"""Provider names to OpenTelemetry's words (`gen_ai.provider.name` in the semantic conventions' registry)."""

from functools import lru_cache

_SAME = {
    "langchain": "",  # a framework: LangSmith's name for a provider that it does not know
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "azure-openai": "azure.ai.openai",
    "azureopenai": "azure.ai.openai",
    "azure-cognitive-services": "azure.ai.inference",
    "az.ai.inference": "azure.ai.inference",
    "azure_ai": "azure.ai.inference",
    "xai": "x_ai",
    "bedrock": "aws.bedrock",
    "amazon-bedrock": "aws.bedrock",
    "amazon_bedrock": "aws.bedrock",
    "aws": "aws.bedrock",
    "aws_bedrock": "aws.bedrock",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "google.vertex": "gcp.vertex_ai",
    "vertex": "gcp.vertex_ai",
    "google_vertexai": "gcp.vertex_ai",
    "gcp.vertex.agent": "gcp.vertex_ai",
    "google_genai": "gcp.gemini",
    "mistralai": "mistral_ai",
    "mistral": "mistral_ai",
}
# Wrappers name the interface behind the provider: google.vertex.chat, azure.responses.
_STARTS = (
    ("google.vertex", "gcp.vertex_ai"),
    ("azure.chat", "azure.ai.openai"),
    ("azure.responses", "azure.ai.openai"),
    ("azure.completion", "azure.ai.openai"),
    ("azure.embedding", "azure.ai.openai"),
    ("vertex.anthropic", "gcp.vertex_ai"),
)
_DOTTED = ("azure.", "aws.", "gcp.", "ibm.", "az.")


@lru_cache(maxsize=1024)
def provider_name(raw: str) -> str:
    """The provider in the conventions' spelling; a name nobody knows stays as it is, in lower case."""
    name = raw.strip().lower()
    if name in _SAME:
        return _SAME[name]
    for start, provider in _STARTS:
        if name.startswith(start):
            return provider
    if "." in name and not name.startswith(_DOTTED):
        name = name.partition(".")[0]  # openai.chat: the wrapper's own suffix
    return _SAME.get(name, name)


# How the names of models begin, where nothing else tells who answered.
_MODELS = (
    (
        (
            *("gpt-", "o1", "o3", "o4", "chatgpt-", "davinci", "dall-e", "whisper"),
            *("text-embedding-3", "text-embedding-ada"),
        ),
        "openai",
    ),
    (("claude-",), "anthropic"),
    (("gemini-",), "gcp.gemini"),
    (("mistral-", "magistral-", "codestral-", "ministral-", "pixtral-"), "mistral_ai"),
    (("command-", "embed-english", "embed-multilingual", "rerank-"), "cohere"),
    (("deepseek-",), "deepseek"),
    (("grok-",), "x_ai"),
    (("sonar",), "perplexity"),
    (("anthropic.", "amazon.", "us.anthropic.", "eu.anthropic."), "aws.bedrock"),
)


@lru_cache(maxsize=1024)
def provider_of_model(model: str) -> str:
    """The provider whose models are named so; "" where several serve such a name, or nobody knows it."""
    name = model.strip().lower()
    start, slash, _ = name.partition("/")
    if "gpt-oss" in name:
        return ""  # an open model under its maker's name: many serve it
    if slash:
        return provider_name(start)  # a router's spelling: openai/gpt-4o
    return next((provider for starts, provider in _MODELS if name.startswith(starts)), "")
