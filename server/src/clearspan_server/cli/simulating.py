"""`clearspan sim`: a model provider that needs no key."""

from typing import Annotated

import typer

from clearspan_server.errors import PortInUse


def sim(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 4390,
    seed: Annotated[int, typer.Option(help="Same seed, same answers.")] = 1,
    error_429: Annotated[float, typer.Option(help="Share of calls refused with 429.")] = 0.0,
    error_500: Annotated[float, typer.Option(help="Share of calls that fail with 500.")] = 0.0,
    cut: Annotated[float, typer.Option(help="Share of streams cut in the middle.")] = 0.0,
) -> None:
    """Serve simulated model providers: real HTTP, no key, no cost."""
    # Only this command needs the simulator's web framework.
    from clearspan_server.simulator.serve import serve  # noqa: PLC0415 - see above
    from clearspan_server.simulator.settings import SimulatorSettings  # noqa: PLC0415 - see above

    settings = SimulatorSettings(
        seed=seed, error_429_rate=error_429, error_500_rate=error_500, cut_rate=cut
    )
    try:
        serve(host, port, settings, lambda url: typer.echo(f"simulator on {url}"))
    except OSError as error:
        raise PortInUse(f"cannot listen on {host} port {port}: {error.strerror}") from error
