import type { Totals } from "../../api/overview";
import { narrow } from "../../model/narrow";
import {
  change,
  formatCount,
  formatDuration,
  formatExact,
  formatMoney,
  formatShare,
} from "../../model/format";
import { about, perMinute } from "../../model/series";
import type { View } from "../shell/useView";
import { durationOr, plain } from "./figures";
import { Tile } from "./Tile";
import "./Tiles.css";

interface TilesProps {
  totals: Totals;
  previous: Totals;
  windowMs: number;
  view: View;
}

/** The window's totals, each beside the window before it. */
export function Tiles({ totals, previous, windowMs, view }: TilesProps) {
  const sampled = (text: string) => about(plain(text), totals.estimated);
  const tokens = (of: Totals) => of.input_tokens + of.output_tokens;
  const cached = totals.input_tokens > 0 ? totals.cache_read_tokens / totals.input_tokens : 0;
  return (
    <section className="tiles" aria-label="Totals">
      <Tile
        name="Traces"
        figure={sampled(formatCount(totals.traces))}
        change={change(totals.traces, previous.traces)}
        note={`${rate(perMinute(totals.traces, windowMs))} a minute, ${formatCount(totals.calls)} model calls`}
        onClick={() => view.showTraces(view.filterText)}
      />
      <Tile
        name="Failed"
        figure={sampled(formatExact(Math.round(totals.errors)))}
        change={change(totals.error_rate, previous.error_rate)}
        isBad={totals.errors > 0}
        note={totals.error_rate === null ? "" : `${formatShare(totals.error_rate)} of traces`}
        onClick={() => view.showTraces(narrow(view.filterText, "status:error"))}
      />
      <Tile
        name="Latency p50"
        figure={durationOr(totals.latency_p50_ns)}
        change={change(totals.latency_p50_ns, previous.latency_p50_ns)}
        note={
          totals.latency_avg_ns === null ? "" : `average ${formatDuration(totals.latency_avg_ns)}`
        }
      />
      <Tile
        name="Latency p95"
        figure={durationOr(totals.latency_p95_ns)}
        change={change(totals.latency_p95_ns, previous.latency_p95_ns)}
        note={totals.latency_p99_ns === null ? "" : `p99 ${formatDuration(totals.latency_p99_ns)}`}
      />
      <Tile
        name="Tokens"
        figure={sampled(formatCount(tokens(totals)))}
        change={change(tokens(totals), tokens(previous))}
        note={`${formatCount(totals.output_tokens)} out, ${formatShare(cached)} of input cached`}
      />
      <Tile
        name="Cost"
        figure={sampled(formatMoney(totals.cost))}
        change={change(Number(totals.cost), Number(previous.cost))}
        note={
          totals.unpriced_calls > 0
            ? `${formatExact(Math.round(totals.unpriced_calls))} calls without a price`
            : perTrace(totals)
        }
      />
    </section>
  );
}

/** A rate that is not rounded to nothing. */
function rate(count: number): string {
  return count > 0 && count < 10 ? count.toPrecision(2) : formatCount(count);
}

function perTrace(totals: Totals): string {
  return totals.traces === 0 ? "" : `${formatMoney(Number(totals.cost) / totals.traces)} a trace`;
}
