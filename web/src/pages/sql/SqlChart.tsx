import { useMemo } from "react";
import { layerColor } from "../../model/costGroups";
import { formatExact, trimZeros } from "../../model/format";
import { MOST_LINES, type SqlDrawing, stacked } from "../../model/sqlChart";
import { Chart, type Line } from "../../ui/Chart";
import { useMedia } from "../../ui/useMedia";
import { useTheme } from "../../ui/useTheme";
import "./SqlChart.css";

interface SqlChartProps {
  drawing: SqlDrawing;
  shape: "line" | "bars";
  height?: number;
}

const HEIGHT = 260;

/** Numbers over time, or over what the first column names. Bars of different measures have a chart each. */
export function SqlChart({ drawing, shape, height = HEIGHT }: SqlChartProps) {
  const [theme] = useTheme();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const charts = useMemo(() => chartsOf(drawing, shape), [drawing, shape]);
  return (
    <div className="sql-charts">
      {charts.map((lines) => (
        <Chart
          key={lines.map(({ label }) => label).join()}
          title={charts.length === 1 ? drawing.title : (lines[0]?.label ?? "")}
          times={drawing.places}
          stepSeconds={drawing.step}
          {...(drawing.labels ? { names: drawing.labels } : {})}
          lines={lines}
          format={figure}
          sync="sql"
          theme={`${theme} ${isDark}`}
          height={height}
        />
      ))}
    </div>
  );
}

/** Parts of one measure are stacked, the smallest on top; of different measures none stands on another. */
function chartsOf({ lines, isSplit }: SqlDrawing, shape: SqlChartProps["shape"]): Line[][] {
  const color = (place: number) =>
    lines.length === 1 ? "--chart-1" : layerColor(place, Math.min(lines.length, MOST_LINES));
  if (shape === "line") {
    return [
      lines.map(({ label, values }, place) => ({ label, values, color: color(place), shape })),
    ];
  }
  if (!isSplit) {
    return lines.map(({ label, values }) => [{ label, values, color: "--chart-1", shape }]);
  }
  const ends = stacked(lines);
  const layers = lines.map(({ label, values }, place): Line => {
    return { label, values: ends[place] ?? [], told: values, color: color(place), shape };
  });
  return [layers.toReversed()];
}

function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000 || Number.isInteger(value)) return formatExact(value);
  return trimZeros(size >= 100 ? value.toFixed(1) : value.toPrecision(3));
}
