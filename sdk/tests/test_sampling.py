"""Sampling at the end of a trace, and the limit on spans a second."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

import clearspan
from receiver import Receiver, plain_attributes

LOW, HIGH = "0" * 31 + "1", "f" * 32  # trace ids at both ends of the range
Record = Callable[..., None]


@pytest.fixture
def record(receiver: Receiver) -> Iterator[Record]:
    """Makes the process record to the receiver with the settings given."""

    def start(**settings: object) -> None:
        clearspan.init(endpoint=receiver.url, service="tests", **settings)  # type: ignore[arg-type]  # of any type

    yield start
    clearspan.init(exporters=[])


def arriving(trace_id: str) -> clearspan.Scope:
    """A request of a trace that began elsewhere."""
    return clearspan.extract({"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"})


def weights(receiver: Receiver) -> dict[str, object]:
    """Weight by name of what was sent."""
    assert clearspan.flush()
    return {
        span["name"]: plain_attributes(span["attributes"]).get("clearspan.sample_weight", 1)
        for span in receiver.spans()
    }


def run(trace_id: str, *, fails: bool = False, name: str = "") -> None:
    with arriving(trace_id), clearspan.span(f"{name}root"):
        with clearspan.span(f"{name}first"):
            pass
        with clearspan.span(f"{name}second") as span:
            if fails:
                span.error("Refused")


def test_a_share_is_kept_by_trace_id_with_its_weight(record: Record, receiver: Receiver) -> None:
    record(sample=0.25)

    run(LOW, name="low.")
    run(HIGH, name="high.")

    assert weights(receiver) == {"high.root": 4, "high.first": 4, "high.second": 4}


def test_a_trace_with_an_error_is_kept_whole(record: Record, receiver: Receiver) -> None:
    record(sample=0.25)

    run(LOW, fails=True, name="low.")
    run(HIGH, fails=True, name="high.")

    sent = weights(receiver)
    assert set(sent.values()) == {1}
    assert len(sent) == 6
    root = receiver.span("low.root")
    assert receiver.span("low.first")["parentSpanId"] == root["spanId"]


def test_what_was_cancelled_is_kept(record: Record, receiver: Receiver) -> None:
    record(sample=0)

    async def main() -> None:
        with clearspan.span("root"):
            await asyncio.sleep(20)

    async def stop() -> None:
        task = asyncio.create_task(main())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(stop())
    run(HIGH)

    assert weights(receiver) == {"root": 1}


def test_spans_that_outlive_their_root_follow_its_verdict(
    record: Record, receiver: Receiver
) -> None:
    record(sample=0.25)

    with arriving(LOW):
        root = clearspan.span("root")
        with root:
            late = clearspan.span("late")
        assert weights(receiver) == {}
        late.error("Refused")
        late.end()
        with clearspan.span("later"):
            pass

    assert weights(receiver) == {"root": 1, "late": 1, "later": 1}


def test_when_too_much_is_held_the_oldest_is_decided_by_the_share(
    record: Record, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as variables:
        variables.setenv("CLEARSPAN_QUEUE_SPANS", "10")
        record(sample=0.25)

    for trace_id in (LOW, HIGH):
        with arriving(trace_id), clearspan.span(f"root {trace_id[0]}"):
            for number in range(15):
                with clearspan.span(f"{trace_id[0]} {number}"):
                    pass
                assert clearspan.flush()
            with clearspan.span(f"failed {trace_id[0]}") as span:
                span.error("Refused")

    sent = weights(receiver)
    assert sent["failed 0"] == 1
    assert sent["root 0"] == 1
    assert "0 0" not in sent
    assert {sent[f"f {number}"] for number in range(12)} == {4}
    # What a failure keeps is kept in every trace, so that it stands for itself alone.
    later = [f"{trace} {number}" for trace in "0f" for number in range(12, 15)]
    assert {sent[name] for name in (*later, "failed f", "root f")} == {1}


def test_what_is_held_at_a_change_of_settings_is_decided(
    record: Record, receiver: Receiver
) -> None:
    record(sample=0.25)

    with arriving(HIGH), clearspan.span("root"):
        with clearspan.span("first"):
            pass
        record(sample=1.0)

    assert weights(receiver) == {"first": 4, "root": 4}


@pytest.mark.parametrize("slot", ["fields", "large"])
def test_a_span_that_the_program_has_broken_does_it_no_harm(
    slot: str,
    record: Record,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CLEARSPAN_STRICT")
    record(sample=0.25)

    with arriving(HIGH), clearspan.span("broken") as span:
        setattr(span, slot, {1: "large"} if slot == "large" else None)
    run(HIGH, fails=True)

    clearspan.flush()
    assert receiver.span("root")


def test_a_limit_drops_what_is_over_and_counts_it(
    record: Record, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    record(max_spans_per_s=5)

    for number in range(100):
        with clearspan.span(f"span {number}"):
            pass
    assert not clearspan.flush()  # something was lost

    dropped = int(receiver.posts()[-1].headers["clearspan-dropped"])
    assert dropped + len(receiver.spans()) == 100
    assert dropped > 50
    told = [message for message in caplog.messages if "more than 5 spans a second" in message]
    assert len(told) == 1


@pytest.mark.parametrize("settings", [{"sample": 10}, {"max_spans_per_s": "all"}])
def test_a_share_that_makes_no_sense_is_told_and_all_is_kept(
    record: Record,
    receiver: Receiver,
    settings: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.delenv("CLEARSPAN_STRICT")
    record(**settings)

    run(LOW)

    assert len(weights(receiver)) == 3
    assert f"{next(iter(settings))}={next(iter(settings.values()))!r} is not" in caplog.text
