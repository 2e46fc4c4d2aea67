import type { Totals } from "../../api/overview";
import { narrow } from "../../model/narrow";
import { change, type Figure, formatCount, formatExact, formatShare } from "../../model/format";
import { about } from "../../model/series";
import type { View } from "../shell/useView";
import { durationOr, plain } from "./figures";
import { Tile } from "./Tile";
import "./Rates.css";

interface RatesProps {
  totals: Totals;
  previous: Totals;
  view: View;
}

/** How model calls went, smaller than the totals above. */
export function Rates({ totals, previous, view }: RatesProps) {
  const isEstimated = totals.estimated;
  const rate = (of: number | null): Figure =>
    about(plain(of === null ? "–" : formatShare(of)), isEstimated);
  const calls = (count: number) => `${formatExact(Math.round(count))} calls`;
  const open = (filter: string) => () => view.showTraces(narrow(view.filterText, filter));
  return (
    <section className="rates" aria-label="Model calls">
      <Tile
        name="First token p50"
        figure={durationOr(totals.ttft_p50_ns)}
        change={change(totals.ttft_p50_ns, previous.ttft_p50_ns)}
        note={`p95 ${written(durationOr(totals.ttft_p95_ns))}`}
      />
      <Tile
        name="Output speed"
        figure={
          totals.output_per_s === null
            ? plain("–")
            : { value: formatCount(totals.output_per_s), unit: "tok/s" }
        }
        change={change(totals.output_per_s, previous.output_per_s)}
        note="of a call"
      />
      <Tile
        name="Cancelled"
        figure={rate(totals.cancel_rate)}
        change={change(totals.cancel_rate, previous.cancel_rate)}
        note={`${formatExact(Math.round(totals.cancelled))} traces`}
        onClick={open("status:cancelled")}
      />
      <Tile
        name="Retried"
        figure={rate(totals.retry_rate)}
        change={change(totals.retry_rate, previous.retry_rate)}
        note={calls(totals.retries)}
        onClick={open("has:retry")}
      />
      <Tile
        name="Timed out"
        figure={rate(totals.timeout_rate)}
        change={change(totals.timeout_rate, previous.timeout_rate)}
        isBad={totals.timeouts > 0}
        note={calls(totals.timeouts)}
        onClick={open("class:timeout")}
      />
      <Tile
        name="Refused"
        figure={rate(totals.refusal_rate)}
        change={change(totals.refusal_rate, previous.refusal_rate)}
        note={calls(totals.refusals)}
        onClick={open("finish:refusal")}
      />
      <Tile
        name="Filtered"
        figure={rate(totals.filter_rate)}
        change={change(totals.filter_rate, previous.filter_rate)}
        note={calls(totals.filtered)}
        onClick={open("(finish:content_filter OR class:content_filter)")}
      />
    </section>
  );
}

function written({ value, unit }: Figure): string {
  return `${value} ${unit}`.trim();
}
