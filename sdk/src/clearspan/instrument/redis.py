"""Records the commands and pipelines of redis-py, synchronous and not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from clearspan.errors import report
from clearspan.instrument.patching import is_patched, patch, unpatch, when_imported
from clearspan.instrument.queries import always as _always
from clearspan.instrument.queries import query_span, recorded, recorded_async
from clearspan.tracer import Span

GROUP = "redis"
MAX_KEY_CHARS = 256
MAX_ARGUMENTS = 8
MAX_COMMANDS = 50  # of a pipeline, in its text
SECRET = frozenset({"AUTH", "HELLO", "ACL", "CONFIG", "MIGRATE"})  # nothing of what they are given


def instrument(*, always: bool = False) -> None:
    """Records the commands of every client, and pipelines as one span each.

    Of the arguments of a command only the first is shown, which is the key.

    Args:
        always: also outside of any span.
    """
    (_always.add if always else _always.discard)(GROUP)
    when_imported(GROUP, "redis.client", _client)
    when_imported(GROUP, "redis.cluster", _cluster)
    when_imported(GROUP, "redis.asyncio.client", _async_client)
    when_imported(GROUP, "redis.asyncio.cluster", _async_cluster)


def uninstrument() -> None:
    """Puts the originals back."""
    unpatch(GROUP)


def shown(arguments: Iterable[object]) -> str:
    """A command as text: its name and its key, with ``?`` for everything else.

    Example:
        >>> shown(("SET", "user:7", "Ann", "EX", 60))
        'SET user:7 ? ? ?'
    """
    name, *given = [*arguments][: 2 + MAX_ARGUMENTS]
    command = _text(name).upper()
    if not given or command.split(" ")[0] in SECRET:
        return command
    return " ".join([command, _text(given[0])[:MAX_KEY_CHARS], *("?" for _ in given[1:])])


def _text(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value[: 4 * MAX_KEY_CHARS]).decode("utf-8", "replace")
    return str(value) if type(value) in {str, int, float} else f"<{type(value).__qualname__}>"


def _client(module: ModuleType) -> None:
    patch(GROUP, module.Redis, "execute_command", _command)
    patch(GROUP, module.Pipeline, "immediate_execute_command", _command)
    patch(GROUP, module.Pipeline, "execute", _pipeline)


def _cluster(module: ModuleType) -> None:
    patch(GROUP, module.RedisCluster, "execute_command", _command)
    patch(GROUP, module.ClusterPipeline, "execute", _pipeline)


def _async_client(module: ModuleType) -> None:
    patch(GROUP, module.Redis, "execute_command", _async_command)
    patch(GROUP, module.Pipeline, "immediate_execute_command", _async_command)
    patch(GROUP, module.Pipeline, "execute", _async_pipeline)


def _async_cluster(module: ModuleType) -> None:
    patch(GROUP, module.RedisCluster, "execute_command", _async_command)
    patch(GROUP, module.ClusterPipeline, "execute", _async_pipeline)


def _command(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute(self: object, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # redis-py's
        return recorded(_span(lambda: [args]), None, original, self, *args, **kwargs)

    return execute


def _async_command(original: Callable[..., Any]) -> Callable[..., Any]:
    async def execute(self: object, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # redis-py's
        return await recorded_async(_span(lambda: [args]), None, original, self, *args, **kwargs)

    return execute


def _pipeline(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute(self: object, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # redis-py's
        return recorded(
            _span(lambda: _stack(self), "PIPELINE"), None, original, self, *args, **kwargs
        )

    return execute


def _async_pipeline(original: Callable[..., Any]) -> Callable[..., Any]:
    async def execute(self: object, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # redis-py's
        span = _span(lambda: _stack(self), "PIPELINE")
        return await recorded_async(span, None, original, self, *args, **kwargs)

    return execute


def _stack(pipeline: object) -> list[Any]:
    """The arguments of the commands that wait in ``pipeline``."""
    stack = getattr(pipeline, "command_stack", None) or ()
    return [getattr(command, "args", None) or command[0] for command in stack]


def _span(sent: Callable[[], list[Any]], name: str = "") -> Span | None:
    if not is_patched(GROUP):
        return None
    try:
        commands = sent()
        if not commands:
            return None
        texts = [shown(command) for command in commands[:MAX_COMMANDS]]
        facts: dict[str, object] = {}
        if name:
            facts = {"db.operation.batch.size": len(commands)}
        span = query_span(GROUP, "redis", "\n".join(texts), **facts)
        if span is not None:
            span.name = name or texts[0].split(" ")[0]
            span.set({"db.operation.name": span.name})
    except Exception as error:  # noqa: BLE001  # the funnel: whatever a program sends
        report(error, "reading a command of Redis")
        return None
    return span
