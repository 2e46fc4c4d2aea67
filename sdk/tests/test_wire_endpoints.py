"""Model calls are told from all other requests by their address, and their provider by host, client or form."""

import pytest

from clearspan.wire import Endpoint, recognise
from wire_bodies import endpoint

VERTEX = "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers"
BEDROCK = "https://bedrock-runtime.eu-west-1.amazonaws.com/model"
AZURE = "https://ours.openai.azure.com/openai"


@pytest.mark.parametrize(
    ("url", "provider", "operation"),
    [
        ("https://api.openai.com/v1/chat/completions", "openai", "chat"),
        ("https://eu.api.openai.com/v1/responses", "openai", "chat"),
        ("https://api.openai.com/v1/completions", "openai", "text_completion"),
        ("https://api.openai.com/v1/embeddings", "openai", "embeddings"),
        ("https://api.openai.com/v1/images/generations", "openai", "image_generation"),
        ("https://api.openai.com/v1/images/edits", "openai", "image_generation"),
        ("https://api.openai.com/v1/audio/speech", "openai", "speech"),
        ("https://api.openai.com/v1/audio/transcriptions", "openai", "transcription"),
        ("https://api.openai.com/v1/audio/translations", "openai", "transcription"),
        (f"{AZURE}/v1/chat/completions", "azure.ai.openai", "chat"),
        (f"{AZURE}/responses?api-version=2025-04-01-preview", "azure.ai.openai", "chat"),
        ("https://ours.services.ai.azure.com/models/chat/completions?api-version=1", "azure.ai.inference", "chat"),
        ("https://api.anthropic.com/v1/messages?beta=true", "anthropic", "chat"),
        ("https://api.groq.com/openai/v1/chat/completions", "groq", "chat"),
        ("https://api.mistral.ai/v1/chat/completions", "mistral_ai", "chat"),
        ("https://api.mistral.ai/v1/chat/completions#stream", "mistral_ai", "chat"),
        ("https://codestral.mistral.ai/v1/fim/completions", "mistral_ai", "text_completion"),
        ("https://api.deepseek.com/chat/completions", "deepseek", "chat"),
        ("https://api.deepseek.com/beta/completions", "deepseek", "text_completion"),
        ("https://api.x.ai/v1/chat/completions", "x_ai", "chat"),
        ("https://api.together.xyz/v1/chat/completions", "together_ai", "chat"),
        ("https://api.fireworks.ai/inference/v1/chat/completions", "fireworks", "chat"),
        ("https://openrouter.ai/api/v1/chat/completions", "openrouter", "chat"),
        ("https://openrouter.ai/api/v1/embeddings", "openrouter", "embeddings"),
        ("https://api.perplexity.ai/chat/completions", "perplexity", "chat"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", "gcp.gemini", "chat"),
        ("https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1/chat/completions", "aws.bedrock", "chat"),
        ("http://vllm-1234.eu-west-1.elb.amazonaws.com/v1/chat/completions", "openai", "chat"),
        ("http://localhost:8000/v1/chat/completions", "openai", "chat"),
        ("http://key:secret@127.0.0.1:1234/v1/completions/", "openai", "text_completion"),
        ("http://[::1]:1234/v1/embeddings", "openai", "embeddings"),
        ("https://API.OPENAI.COM/v1/chat/completions", "openai", "chat"),
        ("https://api.cohere.com/v2/chat", "cohere", "chat"),
        ("https://api.cohere.com/v1/chat", "cohere", "chat"),
        ("https://api.cohere.com/v2/embed", "cohere", "embeddings"),
        ("https://api.cohere.com/v2/rerank", "cohere", "rerank"),
        ("https://api.jina.ai/v1/rerank", "jina", "rerank"),
        ("http://localhost:11434/api/chat", "ollama", "chat"),
        ("http://localhost:11434/api/generate", "ollama", "text_completion"),
        ("http://localhost:11434/api/embed", "ollama", "embeddings"),
        ("http://localhost:11434/api/embeddings", "ollama", "embeddings"),
    ],
)  # fmt: skip
def test_the_address_tells_provider_and_operation(url: str, provider: str, operation: str) -> None:
    assert endpoint(url) == Endpoint(provider, operation)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            f"{AZURE}/deployments/our%20mini/chat/completions?api-version=2024-10-21",
            Endpoint("azure.ai.openai", "chat", "our mini"),
        ),
        (
            f"{AZURE}/deployments/ada/embeddings?api-version=2024-10-21",
            Endpoint("azure.ai.openai", "embeddings", "ada"),
        ),
        (
            "http://localhost:8080/openai/deployments/old/completions",
            Endpoint("azure.ai.openai", "text_completion", "old"),
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent",
            Endpoint("gcp.gemini", "generate_content", "gemini-2.5-flash"),
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
            Endpoint("gcp.gemini", "generate_content", "gemini-2.5-flash", streamed=True),
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:batchEmbedContents",
            Endpoint("gcp.gemini", "embeddings", "gemini-embedding-001"),
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/tunedModels/ours:generateContent",
            Endpoint("gcp.gemini", "generate_content", "tunedModels/ours"),
        ),
        (
            f"{VERTEX}/google/models/gemini-2.5-pro:generateContent",
            Endpoint("gcp.vertex_ai", "generate_content", "gemini-2.5-pro"),
        ),
        (
            f"{VERTEX}/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict",
            Endpoint("gcp.vertex_ai", "chat", "claude-sonnet-4-5@20250929", streamed=True),
        ),
        (
            f"{VERTEX}/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict",
            Endpoint("gcp.vertex_ai", "chat", "claude-sonnet-4-5@20250929"),
        ),
        (
            f"{BEDROCK}/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse",
            Endpoint("aws.bedrock", "chat", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ),
        (
            f"{BEDROCK}/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Fours/converse-stream",
            Endpoint("aws.bedrock", "chat", "arn:aws:bedrock:eu-west-1:1:inference-profile/ours", streamed=True),
        ),
        (
            f"{BEDROCK}/amazon.titan-embed-text-v2%3A0/invoke",
            Endpoint("aws.bedrock", "embeddings", "amazon.titan-embed-text-v2:0"),
        ),
        (
            f"{BEDROCK}/meta.llama3-1-8b-instruct-v1%3A0/invoke-with-response-stream",
            Endpoint("aws.bedrock", "chat", "meta.llama3-1-8b-instruct-v1:0", streamed=True),
        ),
    ],
)  # fmt: skip
def test_some_paths_name_the_model(url: str, expected: Endpoint) -> None:
    assert endpoint(url) == expected


@pytest.mark.parametrize(
    ("agent", "path", "provider"),
    [
        ("AsyncOpenAI/Python 3.52.0", "/v1/chat/completions", "openai"),
        ("AzureOpenAI/Python 3.52.0", "/openai/v1/chat/completions", "azure.ai.openai"),
        ("Groq/Python 1.7.0", "/openai/v1/chat/completions", "groq"),
        ("AsyncGroq/Python 1.7.0", "/openai/v1/chat/completions", "groq"),
        ("mistral-client-python/3.7.0", "/v1/chat/completions", "mistral_ai"),
        ("cohere/7.0.1", "/v2/chat", "cohere"),
        ("ollama-python/0.6.3 (x86_64 linux)", "/api/chat", "ollama"),
        ("Anthropic/Python 2.11.0", "/v1/messages", "anthropic"),
        ("python-requests/2.32", "/v1/messages", "anthropic"),
        ("", "/v1/chat/completions", "openai"),
    ],
)
def test_at_an_unknown_host_the_client_tells_the_provider(
    agent: str, path: str, provider: str
) -> None:
    assert endpoint(f"http://gateway.local{path}", user_agent=agent).provider == provider


def test_a_known_host_tells_more_than_the_client() -> None:
    found = endpoint("https://api.deepseek.com/v1/chat/completions", user_agent="Groq/Python 1")

    assert found.provider == "deepseek"


def test_azures_own_header_tells_azure() -> None:
    assert endpoint("http://gw/v1/chat/completions", api_key="x").provider == "azure.ai.openai"


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "https://api.openai.com/v1/chat/completions"),
        ("DELETE", "https://api.openai.com/v1/responses/resp_1"),
        ("POST", "https://api.openai.com/v1/files"),
        ("POST", "https://api.openai.com/v1/responses/resp_1/cancel"),
        ("POST", "https://api.openai.com/v1/threads/thread_1/messages"),
        ("POST", "https://api.anthropic.com/v1/messages/count_tokens"),
        ("POST", "https://api.anthropic.com/v1/messages/batches"),
        ("POST", "https://generativelanguage.googleapis.com/v1beta/models/x:countTokens"),
        ("POST", "http://localhost:11434/api/pull"),
        ("POST", "https://survey.example/api/surveys/7/responses"),
        ("POST", "https://shop.example/cart/completions"),
        ("POST", "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/f/invoke"),
        ("POST", "https://example.com/chat"),
        ("POST", "https://example.com"),
        ("POST", "https://example.com/"),
        ("POST", ""),
        ("", ""),
    ],
)
def test_everything_else_is_no_model_call(method: str, url: str) -> None:
    assert recognise(method, url, {}) is None
