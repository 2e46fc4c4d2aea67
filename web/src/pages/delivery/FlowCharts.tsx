import { useMemo } from "react";
import type { Deliveries } from "../../api/deliveries";
import { flowColumns } from "../../model/delivery";
import { formatCount } from "../../model/format";
import { stacked } from "../../model/series";
import { Chart, type Line } from "../../ui/Chart";
import { useMedia } from "../../ui/useMedia";
import { useTheme } from "../../ui/useTheme";
import type { View } from "../shell/useView";
import "./FlowCharts.css";

interface FlowChartsProps {
  deliveries: Deliveries;
  /** When it was asked for. */
  askedMs: number;
  view: View;
}

/** What came over time, and beside it, on a scale of its own, what was not stored. */
export function FlowCharts({ deliveries, askedMs, view }: FlowChartsProps) {
  const [theme] = useTheme();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const { flow, step_ns: stepNs } = deliveries;
  const columns = useMemo(
    () => flowColumns(flow, deliveries, askedMs),
    [flow, deliveries, askedMs],
  );
  const drawings = useMemo(() => drawingsOf(columns), [columns]);
  return (
    <section className="flow-charts" aria-label="Over time">
      {drawings.map(({ title, lines }) => (
        <Chart
          key={title}
          title={title}
          times={columns.times}
          stepSeconds={stepNs / 1e9}
          lines={lines}
          format={formatCount}
          isCount
          sync="delivery"
          theme={`${theme} ${isDark}`}
          onBrush={view.zoom}
          onPick={(fromMs) => view.zoom(fromMs, fromMs + stepNs / 1e6)}
        />
      ))}
    </section>
  );
}

function drawingsOf(columns: ReturnType<typeof flowColumns>): { title: string; lines: Line[] }[] {
  const { received, stored, duplicates, quarantined, rejected } = columns;
  const bars = (label: string, told: number[], color: string, values = told): Line => ({
    label,
    values,
    told,
    color,
    shape: "bars",
  });
  const [first, second, third] = stacked(duplicates, quarantined, rejected);
  return [
    {
      title: "Received",
      lines: [bars("received", received, "--chart-3"), bars("stored", stored, "--chart-1")],
    },
    {
      title: "Not stored",
      lines: [
        bars("duplicates", duplicates, "--chart-3", first),
        bars("quarantined", quarantined, "--warn", second),
        bars("rejected", rejected, "--error", third),
      ],
    },
  ];
}
