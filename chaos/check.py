"""Every span accounted for: a stopped server's folder against what the senders were told.

It runs in a process of its own, for a folder's engine opens once in a process, and prints its findings as JSON:

    python -m chaos.check DATA SENDERS
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc

from chaos.sender import ID_BYTES
from clearspan_server.query.rollups import sums_by_hour
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine

_PROJECT = "default"
_LAST_NS = 4_102_444_800_000_000_000
_SEVERAL = 5  # examples that a finding names

_IDS = "select trace_id || span_id as id from spans final where project = 'default'"
# Without `final`: a batch that was inserted twice under two tokens has rows that agree in their version too.
_TWICE = """
select count() as n from
(
    select trace_id, span_id, version from spans where project = 'default'
    group by trace_id, span_id, version having count() > 1
)
"""
_TRACES = """
select
    count() as traces,
    countIf(listed.number = 0) as missing,
    countIf(counted.spans = 0) as without_spans,
    countIf(listed.number > 1) as doubled,
    countIf(listed.spans != counted.spans) as of_other_spans,
    countIf(listed.tokens != counted.tokens or listed.cost != counted.cost or listed.errors != counted.errors)
        as of_other_sums
from
(
    select
        trace_id, count() as spans, countIf(status = 'error') as errors,
        sumIf(ifNull(total_tokens, 0), counted) as tokens,
        sumIf(ifNull(toDecimal128(total_cost, 12), 0), counted) as cost
    from spans final where project = 'default' group by trace_id
) as counted
full outer join
(
    select
        trace_id, count() as number, sum(span_count) as spans, sum(error_count) as errors,
        sum(ifNull(total_tokens, 0)) as tokens, sum(ifNull(toDecimal128(total_cost, 12), 0)) as cost
    from traces final where project = 'default' group by trace_id
) as listed using (trace_id)
"""
_LEDGER = """
select
    service, count() as deliveries, sum(received) as received, sum(accepted) as accepted,
    sum(duplicates) as duplicates, sum(quarantined) as quarantined, sum(arraySum(mapValues(rejected))) as rejected
from deliveries final where project = 'default' and signal = 'traces'
group by service order by service
"""
_STORED = """
select service, count() as stored from spans final where project = 'default' group by service order by service
"""
_SPANS = """
select
    toInt64(intDiv(start_ns, 3600000000000) * 3600) as hour_s, toString(service) as service,
    toUInt8(status in ('error', 'crashed')) as errors, toUInt8(counted) as counts,
    toUInt64(ifNull(input_tokens, 0)) as input_tokens, toUInt64(ifNull(output_tokens, 0)) as output_tokens,
    toUInt64(ifNull(total_tokens, 0)) as total_tokens, toDecimal128(ifNull(total_cost, 0), 12) as cost
from spans final where project = 'default'
"""
_USAGE = ("input_tokens", "output_tokens", "total_tokens", "cost")


@dataclass(slots=True, frozen=True)
class Finding:
    """One claim, whether it holds, and the numbers behind it."""

    claim: str
    holds: bool
    numbers: str


def findings(engine: Engine, folder: Path, accounts: Iterable[Mapping[str, int]]) -> list[Finding]:
    """Every claim that chaos makes."""
    stored = _stored_ids(engine)
    return [
        *_of_ids(stored, _ids(folder, "sent"), _ids(folder, "acknowledged")),
        _of_doubles(engine, stored),
        _of_traces(engine),
        *_of_ledger(engine, list(accounts)),
        _of_rollups(engine),
    ]


def _stored_ids(engine: Engine) -> list[bytes]:
    return [bytes.fromhex(one) for one in engine.table(_IDS)["id"].to_pylist()]


def _ids(folder: Path, name: str) -> set[bytes]:
    found: set[bytes] = set()
    for path in folder.glob(f"{name}-*.bin"):
        data = path.read_bytes()
        found.update(data[at : at + ID_BYTES] for at in range(0, len(data), ID_BYTES))
    return found


def _of_ids(stored: list[bytes], sent: set[bytes], acknowledged: set[bytes]) -> list[Finding]:
    kept = set(stored)
    lost, unasked = acknowledged - kept, kept - sent
    unanswered = kept - acknowledged
    return [
        Finding(
            "every acknowledged span is stored",
            not lost and bool(acknowledged),
            f"{len(acknowledged)} acknowledged, {len(lost)} lost{_examples(lost)}",
        ),
        Finding(
            "every stored span was sent, and was acknowledged unless its answer was lost",
            not unasked,
            f"{len(kept)} stored, {len(unanswered)} of them never acknowledged, {len(unasked)} never sent"
            f"{_examples(unasked)}",
        ),
    ]


def _examples(ids: set[bytes]) -> str:
    shown = ", ".join(one.hex() for one in sorted(ids)[:_SEVERAL])
    return f": {shown}" if shown else ""


def _of_doubles(engine: Engine, stored: list[bytes]) -> Finding:
    (row,) = engine.query(_TWICE)
    twice = row["n"]
    return Finding(
        "no span is there twice",
        len(stored) == len(set(stored)) and twice == 0,
        f"{len(stored)} rows for {len(set(stored))} spans; {twice} records were inserted twice",
    )


def _of_traces(engine: Engine) -> Finding:
    (row,) = engine.query(_TRACES)
    wrong = {name: number for name, number in row.items() if name != "traces" and number}
    said = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in wrong.items())
    return Finding(
        "the list of traces agrees with the spans",
        not wrong and row["traces"] > 0,
        f"{row['traces']} traces{': ' + said if said else ''}",
    )


def _of_ledger(engine: Engine, accounts: list[Mapping[str, int]]) -> list[Finding]:
    stored = {row["service"]: row["stored"] for row in engine.query(_STORED)}
    rows = engine.query(_LEDGER)
    found = []
    for row, account in zip(rows, accounts, strict=False):
        told = account["acknowledged"] + account["repeats_acknowledged"]
        kept = row["accepted"] - row["duplicates"] - row["quarantined"]
        holds = (
            row["received"] == row["accepted"] + row["rejected"]
            and kept == stored.get(row["service"])
            and told <= row["deliveries"] <= account["attempts"]
        )
        numbers = (
            f"{row['received']} received = {row['accepted']} accepted + {row['rejected']} rejected; of the accepted "
            f"{row['duplicates']} duplicates, {row['quarantined']} quarantined, {stored.get(row['service'])} stored; "
            f"{told} requests acknowledged, {row['deliveries']} in the ledger"
        )
        found.append(Finding(f"the ledger of {row['service']} adds up", holds, numbers))
    if len(rows) != len(accounts):
        said = f"{len(rows)} senders in the ledger, {len(accounts)} sent"
        found.append(Finding("the ledger knows every sender", holds=False, numbers=said))
    return found


def _of_rollups(engine: Engine) -> Finding:
    """Sums in Arrow over the spans as they are, beside what the roll-ups say."""
    spans = engine.table(_SPANS)
    keys = ["hour_s", "service"]
    counts = spans.group_by(keys).aggregate([([], "count_all"), ("errors", "sum")])
    counted = spans.filter(pc.equal(spans["counts"], 1))
    usage = counted.group_by(keys).aggregate([(name, "sum") for name in _USAGE])
    expected: dict[tuple[int, str], dict[str, Decimal]] = {}
    for row in (*counts.to_pylist(), *usage.to_pylist()):
        sums = expected.setdefault((row["hour_s"], row["service"]), {})
        sums |= {name: Decimal(value) for name, value in row.items() if name not in keys}
    rows = sums_by_hour(engine, _PROJECT, Window(0, _LAST_NS), "service")
    found = {
        (row["hour_s"], row["value"]): {
            "count_all": Decimal(row["spans"]),
            "errors_sum": Decimal(row["errors"]),
            **{f"{name}_sum": Decimal(row[name]) for name in _USAGE},
        }
        for row in rows
    }
    wrong = sorted(
        key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)
    )
    first = (
        f"; first {wrong[0]}: {found.get(wrong[0])} for {expected.get(wrong[0])}" if wrong else ""
    )
    return Finding(
        "roll-ups equal an independent computation over the spans",
        not wrong and bool(expected),
        f"{len(expected)} sums by hour and service, {len(wrong)} of them wrong{first}",
    )


def main() -> None:
    """The findings as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("senders", type=Path)
    given = parser.parse_args()
    accounts = json.loads((given.senders / "accounts.json").read_text(encoding="utf-8"))
    engine = Engine(given.data / "engine")
    print(json.dumps([asdict(one) for one in findings(engine, given.senders, accounts)]))
    engine.close()


if __name__ == "__main__":
    main()
