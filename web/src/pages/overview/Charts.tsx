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
  isCount: boolean;
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
          stepSeconds={stepNs / 1e9}
          lines={drawing.lines}
          format={drawing.format}
          isCount={drawing.isCount}
          sync="overview"
          theme={`${theme} ${isDark}`}
          onBrush={zoom}
          onPick={pick}
        />
      ))}
    </section>
  );
}

/** Sums as bars, in which a part stands before its whole; percentiles as lines, with gaps where nothing was. */
function drawingsOf(columns: ReturnType<typeof columnsOf>): Drawing[] {
  const bars = (label: string, values: Line["values"], color: string): Line => ({
    label,
    values,
    color,
    shape: "bars",
  });
  const line = (label: string, values: Line["values"], color: string, width: number): Line => ({
    label,
    values,
    color,
    width,
    shape: "line",
  });
  return [
    {
      title: "Traces",
      format: formatCount,
      isCount: true,
      lines: [bars("all", columns.traces, "--chart-3"), bars("failed", columns.errors, "--error")],
    },
    {
      title: "Latency",
      format: formatDuration,
      isCount: false,
      lines: [
        line("p99", columns.p99, "--chart-3", 1),
        line("p95", columns.p95, "--chart-2", 1.25),
        line("p50", columns.p50, "--chart-1", 2),
      ],
    },
    {
      title: "Tokens",
      format: formatCount,
      isCount: true,
      lines: [
        bars("all", columns.tokens, "--chart-3"),
        bars("output", columns.outputTokens, "--chart-1"),
      ],
    },
    {
      title: "Cost",
      format: formatMoney,
      isCount: false,
      lines: [bars("dollars", columns.cost, "--chart-2")],
    },
  ];
}
