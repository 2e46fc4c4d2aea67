import type { Overview } from "../../api/overview";
import { narrow } from "../../model/narrow";
import { type Bin, binFilter, binLabel, middleBin } from "../../model/series";
import { Histogram } from "../../ui/Histogram";
import type { View } from "../shell/useView";

interface SpreadProps {
  overview: Overview;
  view: View;
}

/** How the traces spread over latency and over tokens, on logarithmic bins. */
export function Spread({ overview, view }: SpreadProps) {
  return (
    <>
      <One title="Traces by latency" of="latency" bins={overview.latencies} view={view} />
      <One title="Traces by tokens" of="tokens" bins={overview.tokens} view={view} />
    </>
  );
}

interface OneProps {
  title: string;
  of: "latency" | "tokens";
  bins: readonly Bin[];
  view: View;
}

function One({ title, of, bins, view }: OneProps) {
  const middle = middleBin(bins);
  const label = (bin: Bin | null | undefined) => (bin ? binLabel(bin, of) : "");
  return (
    <Histogram
      title={title}
      note={middle ? `half within ${label(middle)}` : "nothing"}
      bars={bins.map((bin) => ({
        label: label(bin),
        count: bin.traces,
        onPick: () => view.showTraces(narrow(view.filterText, binFilter(bin, of))),
      }))}
      ends={[label(bins[0]), "", bins.length > 1 ? label(bins.at(-1)) : ""]}
    />
  );
}
