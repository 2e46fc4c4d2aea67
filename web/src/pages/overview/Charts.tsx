import { useMemo } from "react";
import type { Point } from "../../api/overview";
import { formatCount, formatDuration, formatMoney } from "../../model/format";
import type { Range } from "../../model/range";
import { columnsOf } from "../../model/series";
import { Chart, type Line } from "../../ui/Chart";
import { useTheme } from "../../ui/useTheme";
import { useMedia } from "../../ui/useMedia";
import type { View } from "../shell/useView";
import "./Charts.css";

interface ChartsProps {
  series: readonly Point[];
  stepNs: number;
  view: View;
}

interface Drawing {
  title: string;
  format: (value: number) => string;
  lines: Line[];
}

/** Four charts under one cross-hair: drag to zoom, click to list the traces of that moment. */
export function Charts({ series, stepNs, view }: ChartsProps) {
  const [theme] = useTheme();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const columns = useMemo(() => columnsOf(series), [series]);
  const drawings = useMemo(() => drawingsOf(columns), [columns]);
  const zoom = (fromMs: number, toMs: number) =>
    view.setRange({ kind: "between", fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs) });
  const pick = (fromMs: number) => {
    const within: Range = { kind: "between", fromMs, toMs: fromMs + stepNs / 1e6 };
    view.showTraces(view.filterText, within);
  };
  return (
    <section className="charts" aria-label="Over time">
      {drawings.map((drawing) => (
        <Chart
          key={drawing.title}
          title={drawing.title}
          times={columns.times}
          lines={drawing.lines}
          format={drawing.format}
          sync="overview"
          theme={`${theme} ${isDark}`}
          onBrush={zoom}
          onPick={pick}
        />
      ))}
    </section>
  );
}

function drawingsOf(columns: ReturnType<typeof columnsOf>): Drawing[] {
  const line = (
    label: string,
    values: Line["values"],
    color: string,
    width = 1.5,
    shape: Line["shape"] = "line",
  ): Line => ({ label, values, color, width, shape });
  return [
    {
      title: "Traces",
      format: formatCount,
      lines: [
        line("all", columns.traces, "--chart-3", 0, "bars"),
        line("failed", columns.errors, "--error", 0, "bars"),
      ],
    },
    {
      title: "Latency",
      format: formatDuration,
      lines: [
        line("p99", columns.p99, "--chart-3", 1),
        line("p95", columns.p95, "--chart-2", 1.25),
        line("p50", columns.p50, "--chart-1", 2),
      ],
    },
    {
      title: "Tokens",
      format: formatCount,
      lines: [
        line("input", columns.inputTokens, "--chart-2", 1.25, "area"),
        line("output", columns.outputTokens, "--chart-1", 2),
      ],
    },
    {
      title: "Cost",
      format: formatMoney,
      lines: [line("dollars", columns.cost, "--chart-1", 1.5, "area")],
    },
  ];
}
