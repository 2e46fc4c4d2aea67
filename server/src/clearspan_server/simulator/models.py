"""The models that the simulator knows."""

from dataclasses import dataclass
from typing import Literal

from clearspan_server.simulator.request import Provider, RefusedError

Kind = Literal["chat", "embedding", "rerank"]


@dataclass(frozen=True, slots=True)
class Model:
    """A model: the name that callers use and the dated one that replies carry.

    `pace` multiplies the configured tokens a second and divides the time to first token;
    `dimensions` is the length of an embedding, 0 for a chat model; `min_cached_tokens` are the
    fewest that a prompt cache keeps.
    """

    name: str
    dated: str
    context_tokens: int
    pace: float = 1.0
    reasons: bool = False
    dimensions: int = 0
    provider: Provider = "openai"
    min_cached_tokens: int = 1024
    ranks: bool = False

    @property
    def kind(self) -> Kind:
        """What the model can be asked for."""
        if self.ranks:
            return "rerank"
        return "embedding" if self.dimensions else "chat"


MODELS = (
    Model("gpt-4o", "gpt-4o-2024-08-06", 128_000),
    Model("gpt-4o-mini", "gpt-4o-mini-2024-07-18", 128_000, pace=1.5),
    Model("gpt-4.1", "gpt-4.1-2025-04-14", 1_047_576),
    Model("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", 1_047_576, pace=1.4),
    Model("gpt-4.1-nano", "gpt-4.1-nano-2025-04-14", 1_047_576, pace=2.0),
    Model("o3", "o3-2025-04-16", 200_000, pace=0.8, reasons=True),
    Model("o4-mini", "o4-mini-2025-04-16", 200_000, pace=1.3, reasons=True),
    Model("gpt-5", "gpt-5-2025-08-07", 400_000, pace=0.9, reasons=True),
    Model("gpt-5-mini", "gpt-5-mini-2025-08-07", 400_000, pace=1.4, reasons=True),
    Model("gpt-5-nano", "gpt-5-nano-2025-08-07", 400_000, pace=2.0, reasons=True),
    Model("text-embedding-3-small", "text-embedding-3-small", 8_192, dimensions=1536),
    Model("text-embedding-3-large", "text-embedding-3-large", 8_192, dimensions=3072),
    Model("claude-sonnet-4-5", "claude-sonnet-4-5-20250929", 200_000, provider="anthropic"),
    Model(
        "claude-haiku-4-5",
        "claude-haiku-4-5-20251001",
        200_000,
        pace=1.8,
        provider="anthropic",
        min_cached_tokens=4096,
    ),
    Model("gemini-2.5-flash", "gemini-2.5-flash", 1_048_576, 1.6, reasons=True, provider="gemini"),
    Model("gemini-2.5-pro", "gemini-2.5-pro", 1_048_576, 0.9, reasons=True, provider="gemini"),
    Model("gemini-2.0-flash", "gemini-2.0-flash-001", 1_048_576, 1.6, provider="gemini"),
    Model(
        "gemini-embedding-001", "gemini-embedding-001", 2_048, dimensions=3072, provider="gemini"
    ),
    Model("llama-3.3-70b-versatile", "llama-3.3-70b-versatile", 131_072, 3.0, provider="groq"),
    Model(
        "openai/gpt-oss-120b", "openai/gpt-oss-120b", 131_072, 4.0, reasons=True, provider="groq"
    ),
    Model("mistral-small-latest", "mistral-small-2506", 131_072, 1.5, provider="mistral"),
    Model("mistral-large-latest", "mistral-large-2512", 262_144, provider="mistral"),
    Model(
        "magistral-small-latest",
        "magistral-small-2509",
        131_072,
        1.2,
        reasons=True,
        provider="mistral",
    ),
    Model("command-a", "command-a-03-2025", 256_000, provider="cohere"),
    Model(
        "command-a-reasoning",
        "command-a-reasoning-08-2025",
        256_000,
        0.8,
        reasons=True,
        provider="cohere",
    ),
    Model("embed-v4.0", "embed-v4.0", 128_000, dimensions=1536, provider="cohere"),
    Model("rerank-v3.5", "rerank-v3.5", 4_096, provider="cohere", ranks=True),
    Model(
        "anthropic.claude-sonnet-4-5",
        "anthropic.claude-sonnet-4-5-20250929-v1:0",
        200_000,
        provider="bedrock",
    ),
    Model("amazon.nova-lite", "amazon.nova-lite-v1:0", 300_000, 1.6, provider="bedrock"),
    Model("deepseek.r1", "deepseek.r1-v1:0", 128_000, 0.8, reasons=True, provider="bedrock"),
    Model("llama3.2", "llama3.2", 131_072, 0.8, provider="ollama"),
    Model("qwen3", "qwen3", 40_960, 0.8, reasons=True, provider="ollama"),
    Model("nomic-embed-text", "nomic-embed-text", 8_192, dimensions=768, provider="ollama"),
)

_BY_NAME = {name: model for model in MODELS for name in (model.dated, model.name)}


def find(name: str, kind: Kind, provider: Provider = "openai") -> Model:
    """A provider's model by its name, dated or not. Raises RefusedError for none of that kind."""
    model = _BY_NAME.get(name)
    if model is None or model.provider != provider:
        raise RefusedError("unknown_model", f"The model '{name}' does not exist.", "model")
    if model.kind != kind:
        raise RefusedError(
            "invalid", f"'{name}' cannot be used for this: it is no {kind} model.", "model"
        )
    return model
