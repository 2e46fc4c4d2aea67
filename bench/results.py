"""What a whole run found; a text stands where a part could not be measured, and says why."""

from dataclasses import dataclass, field

from bench.commands import CommandFigures
from bench.gateway import GatewayFigures
from bench.peers.measuring import PeerFigures
from bench.queries.measuring import QueryFigures
from bench.server import Figures

LOAD_NAMES = ("reference", "realistic")
NOT_RUN = "not run"


@dataclass(slots=True, frozen=True)
class Stages:
    """Microseconds of one thread by stage, and those of pricing for one model call."""

    us_per_span: dict[str, float]
    price_us_per_call: float


@dataclass(slots=True, frozen=True)
class Calls:
    """Microseconds of a model call that comes whole and of one that is streamed, alone and recorded."""

    alone: dict[str, float]
    recorded: dict[str, float]

    def cost_us(self, name: str) -> float:
        """What recording adds."""
        return self.recorded[name] - self.alone[name]


@dataclass(slots=True)
class Results:
    """By load, by peer, by SDK."""

    facts: dict[str, str]
    server: dict[str, Figures | str] = field(default_factory=dict)
    raw_per_s: dict[str, float | str] = field(default_factory=dict)
    stages: dict[str, Stages | str] = field(default_factory=dict)
    peers: dict[str, PeerFigures | str] = field(default_factory=dict)
    queries: QueryFigures | str = NOT_RUN
    gateway: GatewayFigures | str = NOT_RUN
    commands: CommandFigures | str = NOT_RUN
    sdk_us: dict[str, float] | str = NOT_RUN
    calls_us: dict[str, Calls | str] = field(default_factory=dict)  # by recorder
    footprint: dict[str, float] | str = NOT_RUN
