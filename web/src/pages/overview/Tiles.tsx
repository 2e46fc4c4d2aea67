import type { Totals } from "../../api/overview";
import {
  change,
  durationFigure,
  type Figure,
  formatCount,
  formatExact,
  formatMoney,
  formatShare,
} from "../../model/format";
import type { View } from "../shell/useView";
import { Tile } from "./Tile";
import "./Tiles.css";

interface TilesProps {
  totals: Totals;
  previous: Totals;
  view: View;
}

/** The window's totals, each beside the window before it. */
export function Tiles({ totals, previous, view }: TilesProps) {
  const tokens = (of: Totals) => of.input_tokens + of.output_tokens;
  const cached = totals.input_tokens > 0 ? totals.cache_read_tokens / totals.input_tokens : 0;
  return (
    <section className="tiles" aria-label="Totals">
      <Tile
        name="Traces"
        figure={plain(formatCount(totals.traces))}
        change={change(totals.traces, previous.traces)}
        note={`${formatCount(totals.calls)} model calls`}
        onClick={() => view.showTraces("")}
      />
      <Tile
        name="Failed"
        figure={plain(formatExact(totals.errors))}
        change={change(totals.error_rate, previous.error_rate)}
        isBad={totals.errors > 0}
        note={totals.error_rate === null ? "" : `${formatShare(totals.error_rate)} of traces`}
        onClick={() => view.showTraces("status:error")}
      />
      <Tile
        name="Latency p50"
        figure={duration(totals.latency_p50_ns)}
        change={change(totals.latency_p50_ns, previous.latency_p50_ns)}
        note={
          totals.ttft_p50_ns === null ? "" : `first token ${written(duration(totals.ttft_p50_ns))}`
        }
      />
      <Tile
        name="Latency p95"
        figure={duration(totals.latency_p95_ns)}
        change={change(totals.latency_p95_ns, previous.latency_p95_ns)}
        note={
          totals.latency_p99_ns === null ? "" : `p99 ${written(duration(totals.latency_p99_ns))}`
        }
      />
      <Tile
        name="Tokens"
        figure={plain(formatCount(tokens(totals)))}
        change={change(tokens(totals), tokens(previous))}
        note={`${formatCount(totals.output_tokens)} out, ${formatShare(cached)} of input cached`}
      />
      <Tile
        name="Cost"
        figure={plain(formatMoney(totals.cost))}
        change={change(Number(totals.cost), Number(previous.cost))}
        note={
          totals.unpriced_calls > 0
            ? `${formatExact(totals.unpriced_calls)} calls without a price`
            : perTrace(totals)
        }
      />
    </section>
  );
}

function plain(value: string): Figure {
  return { value, unit: "" };
}

function duration(ns: number | null): Figure {
  return ns === null ? plain("–") : durationFigure(ns);
}

function written({ value, unit }: Figure): string {
  return `${value} ${unit}`.trim();
}

function perTrace(totals: Totals): string {
  return totals.traces === 0 ? "" : `${formatMoney(Number(totals.cost) / totals.traces)} a trace`;
}
