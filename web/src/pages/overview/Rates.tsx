import type { Totals } from "../../api/overview";
import { narrow } from "../../model/narrow";
import { change, counted, formatCount, formatDuration, formatShare } from "../../model/format";
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

interface Rate {
  name: string;
  rate: "cancel_rate" | "retry_rate" | "timeout_rate" | "refusal_rate" | "filter_rate";
  count: "cancelled" | "retries" | "timeouts" | "refusals" | "filtered";
  /** What is counted. */
  of: "trace" | "call";
  /** Lists them. */
  filter: string;
  /** Whether a single one is bad. */
  isBad?: boolean;
}

const RATES: readonly Rate[] = [
  {
    name: "Cancelled",
    rate: "cancel_rate",
    count: "cancelled",
    of: "trace",
    filter: "status:cancelled",
  },
  { name: "Retried", rate: "retry_rate", count: "retries", of: "call", filter: "has:retry" },
  {
    name: "Timed out",
    rate: "timeout_rate",
    count: "timeouts",
    of: "call",
    filter: "class:timeout",
    isBad: true,
  },
  {
    name: "Refused",
    rate: "refusal_rate",
    count: "refusals",
    of: "call",
    filter: "finish:refusal",
  },
  {
    name: "Filtered",
    rate: "filter_rate",
    count: "filtered",
    of: "call",
    filter: "(finish:content_filter OR class:content_filter)",
  },
];

/** How model calls went, smaller than the totals above. */
export function Rates({ totals, previous, view }: RatesProps) {
  const shareOf = (rate: number | null) =>
    about(plain(rate === null ? "–" : formatShare(rate)), totals.estimated);
  return (
    <section className="rates" aria-label="Model calls">
      <Tile
        name="First token p50"
        figure={durationOr(totals.ttft_p50_ns)}
        change={change(totals.ttft_p50_ns, previous.ttft_p50_ns)}
        note={`p95 ${formatDuration(totals.ttft_p95_ns)}`}
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
      {RATES.map(({ name, rate, count, of, filter, isBad = false }) => (
        <Tile
          key={name}
          name={name}
          figure={shareOf(totals[rate])}
          change={change(totals[rate], previous[rate])}
          isBad={isBad && totals[count] > 0}
          note={counted(Math.round(totals[count]), of)}
          onClick={() => view.showTraces(narrow(view.filterText, filter))}
        />
      ))}
    </section>
  );
}
