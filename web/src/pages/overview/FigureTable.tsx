import { useState } from "react";
import type { Overview, Point } from "../../api/overview";
import { narrow } from "../../model/narrow";
import { formatClock, formatCount, formatDay, parseTime } from "../../model/format";
import { rangeOfStep } from "../../model/range";
import { type Bin, binFilter, binLabel } from "../../model/series";
import { DataTable } from "../../ui/DataTable";
import { Duration } from "../../ui/Duration";
import { Money } from "../../ui/Money";
import type { View } from "../shell/useView";
import "./FigureTable.css";

const COLUMNS = [
  { name: "From", type: "words" },
  { name: "Traces" },
  { name: "Failed" },
  { name: "p50" },
  { name: "p95" },
  { name: "p99" },
  { name: "Calls" },
  { name: "First token p50" },
  { name: "Tokens in" },
  { name: "Tokens out" },
  { name: "Cost" },
] as const;

/** What the charts draw, for the keyboard and for those who hear the page: made when it is opened. */
export function FigureTable({ overview, view }: { overview: Overview; view: View }) {
  const [isOpen, setOpen] = useState(false);
  const stepMs = overview.step_ns / 1e6;
  return (
    <details className="figure-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The charts as tables</summary>
      {isOpen && (
        <>
          <DataTable label="Over time" columns={COLUMNS}>
            {overview.series
              .filter((point) => point.traces + point.calls > 0)
              .map((point) => (
                <Row
                  key={point.start}
                  point={point}
                  onOpen={() =>
                    view.showTraces(view.filterText, rangeOfStep(parseTime(point.start), stepMs))
                  }
                />
              ))}
          </DataTable>
          <Bins of="latency" bins={overview.latencies} view={view} />
          <Bins of="tokens" bins={overview.tokens} view={view} />
        </>
      )}
    </details>
  );
}

function Row({ point, onOpen }: { point: Point; onOpen: () => void }) {
  const startMs = parseTime(point.start);
  const input = point.uncached_tokens + point.cache_read_tokens + point.cache_write_tokens;
  return (
    <tr>
      <th scope="row" className="words">
        <button type="button" onClick={onOpen}>
          {formatDay(startMs)} {formatClock(startMs)}
        </button>
      </th>
      <td>{formatCount(point.traces)}</td>
      <td className={point.errors > 0 ? "bad" : "none"}>{formatCount(point.errors)}</td>
      <td>
        <Duration ns={point.latency_p50_ns} />
      </td>
      <td>
        <Duration ns={point.latency_p95_ns} />
      </td>
      <td>
        <Duration ns={point.latency_p99_ns} />
      </td>
      <td>{formatCount(point.calls)}</td>
      <td>
        <Duration ns={point.ttft_p50_ns} />
      </td>
      <td>{formatCount(input)}</td>
      <td>{formatCount(point.output_tokens)}</td>
      <td>
        <Money dollars={point.cost} />
      </td>
    </tr>
  );
}

interface BinsProps {
  of: "latency" | "tokens";
  bins: readonly Bin[];
  view: View;
}

function Bins({ of, bins, view }: BinsProps) {
  const name = of === "latency" ? "Latency" : "Tokens";
  return (
    <DataTable label={`Traces by ${of}`} columns={[{ name, type: "words" }, { name: "Traces" }]}>
      {bins
        .filter(({ traces }) => traces > 0)
        .map((bin) => (
          <tr key={bin.low}>
            <th scope="row" className="words">
              <button
                type="button"
                onClick={() => view.showTraces(narrow(view.filterText, binFilter(bin, of)))}
              >
                {binLabel(bin, of)}
              </button>
            </th>
            <td>{formatCount(bin.traces)}</td>
          </tr>
        ))}
    </DataTable>
  );
}
