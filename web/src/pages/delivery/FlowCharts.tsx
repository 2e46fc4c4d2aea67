import { useMemo } from "react";
import type { FlowPoint } from "../../api/deliveries";
import { formatCount, parseTime } from "../../model/format";
import { Chart, type Line } from "../../ui/Chart";
import { useMedia } from "../../ui/useMedia";
import { useTheme } from "../../ui/useTheme";
import type { View } from "../shell/useView";
import "../overview/Charts.css";

interface FlowChartsProps {
  flow: readonly FlowPoint[];
  stepNs: number;
  view: View;
}

/** What came over time, and beside it, on a scale of its own, what was not stored. */
export function FlowCharts({ flow, stepNs, view }: FlowChartsProps) {
  const [theme] = useTheme();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const times = useMemo(() => flow.map(({ start }) => parseTime(start) / 1000), [flow]);
  const drawings = useMemo(() => drawingsOf(flow), [flow]);
  const zoom = (fromMs: number, toMs: number) =>
    view.setRange({ kind: "between", fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs) });
  return (
    <section className="charts" aria-label="Over time">
      {drawings.map(({ title, lines }) => (
        <Chart
          key={title}
          title={title}
          times={times}
          stepSeconds={stepNs / 1e9}
          lines={lines}
          format={formatCount}
          isCount
          sync="delivery"
          theme={`${theme} ${isDark}`}
          onBrush={zoom}
          onPick={(fromMs) => zoom(fromMs, fromMs + stepNs / 1e6)}
        />
      ))}
    </section>
  );
}

function drawingsOf(flow: readonly FlowPoint[]): { title: string; lines: Line[] }[] {
  const bars = (label: string, color: string, read: (point: FlowPoint) => number): Line => ({
    label,
    values: flow.map(read),
    color,
    shape: "bars",
  });
  return [
    {
      title: "Received",
      lines: [
        bars("received", "--chart-3", ({ received }) => received),
        bars("stored", "--chart-1", ({ stored }) => stored),
      ],
    },
    {
      title: "Not stored",
      // Stacked: each bar ends where the one drawn before it shows.
      lines: [
        bars("duplicates", "--chart-3", (p) => p.duplicates + p.quarantined + p.rejected),
        bars("quarantined", "--warn", (p) => p.quarantined + p.rejected),
        bars("rejected", "--error", (p) => p.rejected),
      ],
    },
  ];
}
