"""What the bytes of model providers mean: pure functions over their JSON, without any input or output.

A request, a reply and its usage are recognised by their form, not by who sent them, so that every server that speaks
a known form is understood.
"""

from clearspan.wire.answer import Answer, seems_well
from clearspan.wire.endpoint import Endpoint, recognise
from clearspan.wire.failed import Failed
from clearspan.wire.messages import Message, media_part, read_message, read_messages, read_parts
from clearspan.wire.question import Question, question
from clearspan.wire.reply import Reply, read_reply
from clearspan.wire.request import Request, read_request
from clearspan.wire.usage import Usage, read_usage

__all__ = [
    "Answer",
    "Endpoint",
    "Failed",
    "Message",
    "Question",
    "Reply",
    "Request",
    "Usage",
    "media_part",
    "question",
    "read_message",
    "read_messages",
    "read_parts",
    "read_reply",
    "read_request",
    "read_usage",
    "recognise",
    "seems_well",
]
