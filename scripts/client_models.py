"""The models that clients' programs call, and what each costs.

The prices are those of the list that the server brings along, so that costs are held against the tokens alone.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from client_programs import Json, Run


@dataclass(frozen=True, slots=True)
class Model:
    """A model by its two names, and its price in US dollars for a million tokens.

    Without a price of its own, what a cache gives and takes costs as much as any input.
    """

    provider: str
    name: str
    dated: str
    input: Decimal | None  # None: nobody asks for money
    output: Decimal = Decimal()
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None  # kept for five minutes

    def price(self, usage: Json) -> Decimal | None:
        """What a call costs in US dollars, by its counts of `input`, `cached`, `written` and `output` tokens."""
        if self.input is None:
            return None
        read = self.input if self.cache_read is None else self.cache_read
        write = self.input if self.cache_write is None else self.cache_write
        sums = (
            (usage["input"] - usage["cached"] - usage["written"]) * self.input,
            usage["cached"] * read,
            usage["written"] * write,
            usage["output"] * self.output,
        )
        return sum(sums, Decimal()) / 1_000_000


_GPT = Model(
    provider="openai",
    name="gpt-5-mini",
    dated="gpt-5-mini-2025-08-07",
    input=Decimal("0.25"),
    output=Decimal(2),
    cache_read=Decimal("0.025"),
)
_EMBEDDING = Model(
    provider="openai",
    name="text-embedding-3-small",
    dated="text-embedding-3-small",
    input=Decimal("0.02"),
)
_CLAUDE = Model(
    provider="anthropic",
    name="claude-sonnet-4-5",
    dated="claude-sonnet-4-5-20250929",
    input=Decimal(3),
    output=Decimal(15),
    cache_read=Decimal("0.3"),
    cache_write=Decimal("3.75"),
)
_BEDROCK = Model(
    provider="aws.bedrock",
    name="anthropic.claude-sonnet-4-5-20250929-v1:0",
    dated="anthropic.claude-sonnet-4-5-20250929-v1:0",
    input=Decimal("3.3"),
    output=Decimal("16.5"),
    cache_read=Decimal("0.33"),
    cache_write=Decimal("4.125"),
)
# Those of the clients that do not speak to OpenAI, by how the client's name ends.
_OTHERS = {
    "-anthropic": _CLAUDE,
    "-google-genai": Model(
        provider="gcp.gemini",
        name="gemini-2.5-flash",
        dated="gemini-2.5-flash",
        input=Decimal("0.3"),
        output=Decimal("2.5"),
        cache_read=Decimal("0.03"),
    ),
    "-groq": Model(
        provider="groq",
        name="openai/gpt-oss-120b",
        dated="openai/gpt-oss-120b",
        input=Decimal("0.15"),
        output=Decimal("0.6"),
        cache_read=Decimal("0.075"),
    ),
    "-mistralai": Model(
        provider="mistral_ai",
        name="mistral-large-latest",
        dated="mistral-large-2512",
        input=Decimal("0.5"),
        output=Decimal("1.5"),
        cache_read=Decimal("0.05"),
    ),
    "-cohere": Model(
        provider="cohere",
        name="command-a-03-2025",
        dated="command-a-03-2025",
        input=Decimal("2.5"),
        output=Decimal(10),
    ),
    # One that does not think: how many tokens of an answer are thoughts, Ollama does not tell.
    "-ollama": Model(provider="ollama", name="llama3.2", dated="llama3.2", input=None),
    "-boto3": _BEDROCK,
}
_BY_SCENARIO = {
    "embeddings": _EMBEDDING,
    # What is invoked answers with its maker's name of the model, which nothing else does.
    "invoke": replace(_BEDROCK, dated="claude-sonnet-4-5-20250929"),
}


def asked(run: Run) -> Model:
    """The model that a client's program asks for."""
    if run.scenario in _BY_SCENARIO:
        return _BY_SCENARIO[run.scenario]
    name = run.client.name
    return next((model for end, model in _OTHERS.items() if name.endswith(end)), _GPT)
