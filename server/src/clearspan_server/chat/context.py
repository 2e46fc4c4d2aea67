"""What of a conversation a model is told: its path, as far back as the rule of the conversation goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from clearspan_server.ingest.estimate import count_tokens
from clearspan_server.store.conversations import Context, Message

_A_MESSAGE = 4  # tokens of its frame
_AN_IMAGE = 800  # tokens, roughly: providers count by its size


@dataclass(slots=True, frozen=True)
class Turn:
    """A question, and what it was answered; no answer where that failed without a word."""

    messages: tuple[Message, ...]

    @property
    def tokens(self) -> int:
        """Estimated."""
        return sum(_tokens(one) for one in self.messages)


def told(
    earlier: Sequence[Message], context: Context, fixed_tokens: int
) -> tuple[list[Message], int]:
    """The messages before a question that go with it, and how many are left out; turns go as a whole.

    `fixed_tokens` are those of the question and the system prompt, which always go.
    """
    turns = _turns(earlier)
    kept: list[Turn] = []
    left_tokens = context.count - fixed_tokens
    for turn in reversed(turns):
        if context.kind == "turns" and len(kept) >= context.count:
            break
        left_tokens -= turn.tokens
        if context.kind == "tokens" and left_tokens < 0:
            break
        kept.insert(0, turn)
    left_out = sum(len(turn.messages) for turn in turns[: len(turns) - len(kept)])
    return [one for turn in kept for one in turn.messages], left_out


def cost_of(question: Message, system: str) -> int:
    """The tokens that always go, estimated."""
    return _tokens(question) + (_A_MESSAGE + count_tokens(system) if system else 0)


def _turns(earlier: Sequence[Message]) -> list[Turn]:
    found: list[Turn] = []
    for message in earlier:
        if message.role == "user":
            found.append(Turn((message,)))
        elif found and message.text:
            found[-1] = Turn((*found[-1].messages, message))
    return found


def _tokens(message: Message) -> int:
    images = sum(one.kind == "image" for one in message.attachments)
    beside = sum(count_tokens(one.text) for one in message.attachments)
    return _A_MESSAGE + count_tokens(message.text) + beside + images * _AN_IMAGE
