"""Which model call an HTTP request is: told by its method, address and headers, before any body is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of one provider."""

    provider: str  # OpenTelemetry's gen_ai.provider.name, or the provider's own
    operation: str  # gen_ai.operation.name
    model: str = ""  # where the path names it
    streamed: bool = False  # where the path says so


def recognise(method: str, url: str, headers: Mapping[str, str]) -> Endpoint | None:
    """The model call that a request is; None for everything else.

    The path says what is asked. Who answers is told by the host, else by the client's `user-agent`, else by the form:
    an unknown server that speaks OpenAI's is "openai". Names in `headers` are in lower case.
    """
    if method != "POST" and method.upper() != "POST":
        return None
    # Without the query, which may hold a key; Mistral's client marks its streams with a fragment.
    found, form = _at(url.partition("?")[0].partition("#")[0])
    if found is None or found.provider:
        return found
    provider = _of_client(headers)
    if provider == "azure.ai.openai" and _is_inference(url):
        provider = "azure.ai.inference"
    return Endpoint(provider or form, found.operation, found.model)


@lru_cache(256)
def _at(address: str) -> tuple[Endpoint | None, str]:
    """The model call at an address; where that does not tell who answers, no provider and whose form it is."""
    scheme = address.find("://")
    start = address.find("/", scheme + 3 if scheme >= 0 else 0)
    if start < 0:
        return None, ""
    path = address[start:].removesuffix("/")
    tail = path[path.rfind("/") + 1 :]
    name, colon, action = tail.rpartition(":")
    if colon:
        return (_google(path, name, action) if action in _GOOGLE else None), ""
    if tail in _BEDROCK:
        return _bedrock(path, tail), ""
    return _known(path, _PATHS.get(tail, ()), address[:start])


_Row = tuple[tuple[str, ...], str, str]  # how the path ends, the operation, whose form it is

# What stands before the last word at one of OpenAI's copiers or another.
_ROOTS = ("v1", "v2", "v3", "v4", "openai", "models", "inference", "beta", "serving-endpoints")


def _after_root(*tails: str) -> tuple[str, ...]:
    return tuple(f"/{root}/{tail}" for root in _ROOTS for tail in tails)


_PATHS: dict[str, tuple[_Row, ...]] = {
    "completions": (
        (("/chat/completions", "/agents/completions"), "chat", "openai"),
        (_after_root("completions", "fim/completions"), "text_completion", "openai"),
    ),
    "responses": ((_after_root("responses"), "chat", "openai"),),
    "embeddings": (
        (_after_root("embeddings"), "embeddings", "openai"),
        (("/api/embeddings",), "embeddings", "ollama"),
    ),
    "generations": ((("/images/generations",), "image_generation", "openai"),),
    "edits": ((("/images/edits",), "image_generation", "openai"),),
    "variations": ((("/images/variations",), "image_generation", "openai"),),
    "speech": ((("/audio/speech",), "speech", "openai"),),
    "transcriptions": ((("/audio/transcriptions",), "transcription", "openai"),),
    "translations": ((("/audio/translations",), "transcription", "openai"),),
    "messages": ((("/v1/messages",), "chat", "anthropic"),),
    "chat": (
        (("/v1/chat", "/v2/chat"), "chat", "cohere"),
        (("/api/chat",), "chat", "ollama"),
    ),
    "generate": ((("/api/generate",), "text_completion", "ollama"),),
    "embed": (
        (("/v1/embed", "/v2/embed"), "embeddings", "cohere"),
        (("/api/embed",), "embeddings", "ollama"),
    ),
    "rerank": ((("/v1/rerank", "/v2/rerank"), "rerank", "cohere"),),
}
_GOOGLE = {
    "generateContent": "generate_content",
    "streamGenerateContent": "generate_content",
    "embedContent": "embeddings",
    "batchEmbedContents": "embeddings",
    "rawPredict": "chat",
    "streamRawPredict": "chat",
}
_BEDROCK = frozenset(("converse", "converse-stream", "invoke", "invoke-with-response-stream"))

_HOSTS = (
    ("api.openai.com", "openai"),
    (".api.openai.com", "openai"),
    (".openai.azure.com", "azure.ai.openai"),
    (".cognitiveservices.azure.com", "azure.ai.openai"),
    (".services.ai.azure.com", "azure.ai.openai"),
    (".models.ai.azure.com", "azure.ai.inference"),
    ("models.github.ai", "azure.ai.inference"),
    ("api.anthropic.com", "anthropic"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
    ("aiplatform.googleapis.com", "gcp.vertex_ai"),
    ("api.groq.com", "groq"),
    (".mistral.ai", "mistral_ai"),
    ("api.deepseek.com", "deepseek"),
    (".x.ai", "x_ai"),
    (".cohere.com", "cohere"),
    (".cohere.ai", "cohere"),
    (".together.xyz", "together_ai"),
    (".together.ai", "together_ai"),
    (".fireworks.ai", "fireworks"),
    ("openrouter.ai", "openrouter"),
    ("api.perplexity.ai", "perplexity"),
    ("api.cerebras.ai", "cerebras"),
    ("api.moonshot.ai", "moonshot_ai"),
    ("api.jina.ai", "jina"),
    ("api.voyageai.com", "voyage"),
    ("router.huggingface.co", "hugging_face"),
    ("integrate.api.nvidia.com", "nvidia"),
    ("ollama.com", "ollama"),
)
# The clients that say whose they are, by what their user-agent holds, in lower case.
_AGENTS = (
    ("azureopenai/", "azure.ai.openai"),
    ("groq/", "groq"),
    ("mistral-client", "mistral_ai"),
    ("cohere", "cohere"),
    ("google-genai-sdk", "gcp.gemini"),
    ("ollama", "ollama"),
    ("together/", "together_ai"),
    ("fireworks", "fireworks"),
    ("perplexity/", "perplexity"),
    ("cerebras/", "cerebras"),
    ("openrouter", "openrouter"),
)


def _known(path: str, rows: tuple[_Row, ...], origin: str) -> tuple[Endpoint | None, str]:
    model, provider = "", ""
    _, deployments, rest = path.partition("/openai/deployments/")
    if deployments:  # Azure's: the model is called what the customer called it
        model, _, rest = rest.partition("/")
        path, provider = f"/v1/{rest}", "azure.ai.openai"
    for endings, operation, form in rows:
        if path.endswith(endings):
            provider = _of_host(origin) or provider
            if provider == "azure.ai.openai" and _is_inference(path):
                provider = "azure.ai.inference"
            return Endpoint(provider, operation, _unquoted(model)), form
    return None, ""


def _is_inference(path: str) -> bool:
    """Whether Azure means its models of all makers by this path."""
    path = path.partition("?")[0].removesuffix("/")
    return path.endswith(("/models/chat/completions", "/models/embeddings"))


def _of_host(origin: str) -> str:
    """The provider that a scheme and an authority belong to; "" for an unknown one."""
    host = origin[origin.find("//") + 2 :].rpartition("@")[2].partition(":")[0].lower()
    for suffix, provider in _HOSTS:
        if host.endswith(suffix):
            return provider
    is_amazons = host.startswith("bedrock") and host.endswith((".amazonaws.com", ".api.aws"))
    return "aws.bedrock" if is_amazons else ""


def _of_client(headers: Mapping[str, str]) -> str:
    agent = headers.get("user-agent", "").lower()
    for sign, provider in _AGENTS:
        if sign in agent:
            return provider
    return "azure.ai.openai" if "api-key" in headers else ""


def _google(path: str, name: str, action: str) -> Endpoint:
    """`…/models/gemini-2.5-flash:generateContent`, at the API, or below a project at Vertex."""
    holder = path[: path.rfind("/")].rpartition("/")[2]
    model = name if holder == "models" else f"{holder}/{name}"
    is_vertex = "/projects/" in path or "/publishers/" in path
    return Endpoint(
        provider="gcp.vertex_ai" if is_vertex else "gcp.gemini",
        operation=_GOOGLE[action],
        model=_unquoted(model),
        streamed=action.startswith("stream"),
    )


def _bedrock(path: str, tail: str) -> Endpoint | None:
    _, found, rest = path.partition("/model/")
    if not found:
        return None
    model = _unquoted(rest.rpartition("/")[0])
    operation = "chat"
    if tail.startswith("invoke"):
        signs = (("embed", "embeddings"), ("rerank", "rerank"), ("image", "image_generation"))
        operation = next((meant for sign, meant in signs if sign in model), "chat")
    return Endpoint("aws.bedrock", operation, model, streamed=tail.endswith("-stream"))


def _unquoted(name: str) -> str:
    if "%" not in name:
        return name
    # Whoever speaks HTTP has imported it; `import clearspan.wire` need not.
    from urllib.parse import unquote  # noqa: PLC0415

    return unquote(name)
