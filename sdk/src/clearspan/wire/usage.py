"""Usage: what a provider says a call took, in one form.

Sources: the API references of the providers and the types of their SDKs; which counts stand inside others is what the
price list (`genai-prices`) has found for each of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clearspan.wire.forms import count, either, first, mapping, mappings

_PICTURES = ("image", "video")


@dataclass
class Usage:
    """Tokens of one model call, inclusive: cached tokens are part of the input, reasoning is part of the output.

    What is not known is None, never zero. `other` has further counts by the names of the price list
    (`cache_write_1h_tokens`, `web_searches`, …).
    """

    input: int | None = None
    output: int | None = None
    total: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None  # of all lifetimes
    reasoning: int | None = None
    audio_input: int | None = None
    audio_output: int | None = None
    other: dict[str, int] = field(default_factory=dict)


def read_usage(raw: Mapping[str, Any]) -> Usage | None:
    """The usage object of any provider; None where no count of it is known.

    OpenAI (chat and responses) and all that copy it, Anthropic, Gemini, Groq, Mistral, Cohere, Bedrock, Ollama.
    """
    for signs, reader in _FORMS:
        if any(sign in raw for sign in signs):
            usage = reader(raw)
            known = (usage.input, usage.output) != (None, None) or usage.other
            return usage if known else None
    return None


def _named(**counts: int | None) -> dict[str, int]:
    """Further counts, without those that are zero or unknown."""
    return {name: found for name, found in counts.items() if found}


def _sum(*counts: int | None) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [one for one in counts if one is not None]
    return sum(known) if known else None


def _openai(raw: Mapping[str, Any]) -> Usage:
    """OpenAI's two forms, and LangChain's; each copier adds counts of its own beside them."""
    asked = mapping(
        first(raw, ("prompt_tokens_details", "input_tokens_details", "input_token_details"))
    )
    answered = mapping(
        first(raw, ("completion_tokens_details", "output_tokens_details", "output_token_details"))
    )
    usage = Usage(
        input=count(first(raw, ("prompt_tokens", "input_tokens"))),
        output=count(first(raw, ("completion_tokens", "output_tokens"))),
        total=count(raw.get("total_tokens")),
    )
    if raw.keys() <= _PLAIN:
        return usage
    held = {**raw, **asked}
    usage.cache_read = count(first(held, _CACHE_READ))
    usage.cache_write = count(first(held, _CACHE_WRITE))
    usage.reasoning = count(first({**raw, **answered}, _REASONING))
    usage.audio_input = count(first(asked, ("audio_tokens", "audio")))
    usage.audio_output = count(first(answered, ("audio_tokens", "audio")))
    cached = mapping(asked.get("cached_tokens_details"))
    usage.other = _named(
        input_image_tokens=count(asked.get("image_tokens")),
        output_image_tokens=count(answered.get("image_tokens")),
        cache_image_read_tokens=count(cached.get("image_tokens")),
        cache_write_5m_tokens=count(asked.get("ephemeral_5m_input_tokens")),
        cache_write_1h_tokens=count(asked.get("ephemeral_1h_input_tokens")),
    )
    lifetimes = _sum(*(usage.other.get(f"cache_write_{one}_tokens") for one in ("5m", "1h")))
    usage.cache_write = max(usage.cache_write or 0, lifetimes) if lifetimes else usage.cache_write
    of_audio = count(cached.get("audio_tokens"))
    if usage.audio_input and of_audio is not None:
        usage.other["cache_audio_read_tokens"] = of_audio  # a known zero makes the price exact
    _add_beside(usage, raw)
    return usage


def _add_beside(usage: Usage, raw: Mapping[str, Any]) -> None:
    """Output that is not in `completion_tokens`: reasoning at xAI, reasoning and citations at Perplexity."""
    if "citation_tokens" in raw or "num_search_queries" in raw:
        cited = count(raw.get("citation_tokens"))
        usage.output = _sum(usage.output, count(raw.get("reasoning_tokens")), cited)
        usage.total = None  # it is the sum without them
        searches = count(raw.get("num_search_queries"))
        usage.other |= _named(output_citation_tokens=cited, web_searches=searches)
    elif usage.reasoning and usage.output is not None:
        with_reasoning = usage.output + usage.reasoning
        is_beside = usage.total == (usage.input or 0) + with_reasoning
        usage.output = with_reasoning if is_beside else usage.output


def _anthropic(raw: Mapping[str, Any]) -> Usage:
    """Input is what was neither read from nor written to the cache."""
    lifetimes, tools = mapping(raw.get("cache_creation")), mapping(raw.get("server_tool_use"))
    of_5m, of_1h = (count(lifetimes.get(f"ephemeral_{one}_input_tokens")) for one in ("5m", "1h"))
    read, write = (
        count(raw.get("cache_read_input_tokens")),
        count(raw.get("cache_creation_input_tokens")),
    )
    write = _sum(of_5m, of_1h) if write is None else write
    fresh = count(raw.get("input_tokens"))
    return Usage(
        input=None if fresh is None else _sum(fresh, read, write),
        output=count(raw.get("output_tokens")),
        cache_read=read,
        cache_write=write,
        reasoning=count(mapping(raw.get("output_tokens_details")).get("thinking_tokens")),
        other=_named(
            cache_write_5m_tokens=of_5m,
            cache_write_1h_tokens=of_1h,
            web_searches=count(tools.get("web_search_requests")),
            code_executions=count(tools.get("code_execution_requests")),
        ),
    )


def _gemini(raw: Mapping[str, Any]) -> Usage:
    """Thoughts and the results of built-in tools stand beside what was answered and asked."""
    prompt, answered, thoughts, tools, total = (
        count(either(raw, f"{name}TokenCount"))
        for name in ("prompt", "candidates", "thoughts", "toolUsePrompt", "total")
    )
    if answered is None:  # the Live API's name, and that of Llama on Bedrock
        answered = count(either(raw, "responseTokenCount") or raw.get("generation_token_count"))
    asked = _sum(prompt, tools)
    output = _sum(answered, thoughts)
    if total is not None and total == _sum(asked, answered) and answered is not None:
        output = answered  # the thoughts are among them
    if output is None and total is not None and total == asked:
        output = 0  # Google leaves zeros out: the prompt was blocked
    usage = Usage(
        input=asked,
        output=output,
        total=total,
        cache_read=count(either(raw, "cachedContentTokenCount")),
        reasoning=thoughts,
    )
    given, got, cached = (
        _of_modalities(raw, name)
        for name in ("promptTokensDetails", "candidatesTokensDetails", "cacheTokensDetails")
    )
    usage.audio_input, usage.audio_output = given.get("audio"), got.get("audio")
    usage.other = _named(
        input_tool_tokens=tools,
        **{f"input_{one}_tokens": given.get(one) for one in _PICTURES},
        **{f"output_{one}_tokens": got.get(one) for one in _PICTURES},
        **{f"cache_{one}_read_tokens": cached.get(one) for one in _PICTURES},
    )
    if usage.audio_input and cached:
        usage.other["cache_audio_read_tokens"] = cached.get("audio", 0)  # zero is exact
    return usage


def _of_modalities(raw: Mapping[str, Any], name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in mappings(either(raw, name)):
        modality = str(one.get("modality")).rpartition(".")[2].lower()
        modality = (
            "image" if modality == "document" else modality
        )  # a page costs what a picture does
        found[modality] = found.get(modality, 0) + (count(either(one, "tokenCount")) or 0)
    return found


def _bedrock(raw: Mapping[str, Any]) -> Usage:
    """Amazon's Converse: the cache stands beside the input. The AI SDK's names look alike, its input is inclusive."""
    details, answered = (
        mapping(raw.get("inputTokenDetails")),
        mapping(raw.get("outputTokenDetails")),
    )
    read = count(first(raw, ("cacheReadInputTokens", "cacheReadInputTokenCount")))
    write = count(first(raw, ("cacheWriteInputTokens", "cacheWriteInputTokenCount")))
    lived: dict[str, int] = {}
    for one in mappings(raw.get("cacheDetails")):
        if one.get("ttl") in ("5m", "1h"):
            name = f"cache_write_{one['ttl']}_tokens"
            lived[name] = lived.get(name, 0) + (count(one.get("inputTokens")) or 0)
    fresh = count(raw.get("inputTokens"))
    usage = Usage(
        input=None if fresh is None else _sum(fresh, read, write),
        output=count(raw.get("outputTokens")),
        total=count(raw.get("totalTokens")),
        cache_read=read,
        cache_write=write,
        reasoning=count(first({**raw, **answered}, ("reasoningTokens",))),
        other=lived,
    )
    if read is None and write is None:
        usage.cache_read = count(
            first({**raw, **details}, ("cacheReadTokens", "cachedInputTokens"))
        )
        usage.cache_write = count(details.get("cacheWriteTokens"))
    return usage


def _cohere(raw: Mapping[str, Any]) -> Usage:
    """What is billed counts: `tokens` has Cohere's own text around the conversation; a number is the AI SDK's."""
    if not isinstance(raw.get("tokens", {}), dict):
        return Usage(input=count(raw["tokens"]))
    billed, tokens = mapping(raw.get("billed_units")), mapping(raw.get("tokens"))
    held = {**tokens, **{name: value for name, value in billed.items() if value is not None}}
    asked, answered = count(held.get("input_tokens")), count(held.get("output_tokens"))
    cached = count(raw.get("cached_tokens"))
    return Usage(
        input=asked,
        output=answered,
        # Cached tokens are counted among all tokens; more of them than were billed say nothing.
        cache_read=cached if cached is None or cached <= (asked or 0) else None,
        other=_named(
            rerank_searches=count(held.get("search_units")),
            input_image_tokens=count(held.get("image_tokens")),
        ),
    )


def _ollama(raw: Mapping[str, Any]) -> Usage:
    return Usage(
        input=count(raw.get("prompt_eval_count")),
        output=count(raw.get("eval_count")),
    )


# What has no details, as at most who copy OpenAI.
_PLAIN = frozenset(
    ("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "total_tokens")
)
_CACHE_READ = (
    "cached_tokens",
    "cache_read",
    "cache_read_input_tokens",
    "prompt_cache_hit_tokens",  # DeepSeek
    "num_cached_tokens",  # Mistral
    "cached_prompt_text_tokens",  # xAI
    "priority_cache_read",  # LangChain, by OpenAI's service tier
    "flex_cache_read",
)
_REASONING = ("reasoning_tokens", "reasoning", "priority_reasoning", "flex_reasoning")
_CACHE_WRITE = ("cache_write_tokens", "cache_creation", "cache_creation_input_tokens")
_OPENAI_DETAILS = (
    "prompt_tokens",
    "prompt_tokens_details",
    "input_tokens_details",
    "input_token_details",
)
_ANTHROPIC = (
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cache_creation",
    "server_tool_use",
)
# By signs that no form before has; the last are of those that say nothing else.
_FORMS = (
    (("promptTokenCount", "prompt_token_count", "totalTokenCount", "total_token_count"), _gemini),
    (("billed_units", "tokens"), _cohere),
    (_OPENAI_DETAILS, _openai),
    (_ANTHROPIC, _anthropic),
    (("input_tokens", "output_tokens", "completion_tokens"), _openai),
    (("inputTokens", "outputTokens"), _bedrock),
    (("prompt_eval_count", "eval_count"), _ollama),
)
