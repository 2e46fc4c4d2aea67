"""Provider names to OpenTelemetry's words (`gen_ai.provider.name` in the semantic conventions' registry)."""

_SAME = {
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "az.ai.inference": "azure.ai.inference",
    "xai": "x_ai",
    "bedrock": "aws.bedrock",
    "aws_bedrock": "aws.bedrock",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "google_genai": "gcp.gemini",
    "mistralai": "mistral_ai",
    "mistral": "mistral_ai",
}
_DOTTED = ("azure.", "aws.", "gcp.", "ibm.", "az.")


def provider_name(raw: str) -> str:
    """The provider in the conventions' spelling; a name nobody knows stays as it is, in lower case."""
    name = raw.strip().lower()
    if name in _SAME:
        return _SAME[name]
    if "." in name and not name.startswith(_DOTTED):
        name = name.partition(".")[0]  # openai.chat, google.vertex: the wrapper's own suffix
    return _SAME.get(name, name)
