import { useMemo } from "react";
import type { CostReport } from "../../api/cost";
import { layerColor, valueName } from "../../model/costGroups";
import { formatMoney } from "../../model/format";
import { rangeOfStep } from "../../model/range";
import { secondsOf, stacked } from "../../model/series";
import { Chart, type Line } from "../../ui/Chart";
import { useMedia } from "../../ui/useMedia";
import { useTheme } from "../../ui/useTheme";
import type { View } from "../shell/useView";

const HEIGHT = 240;

/** Cost over time, the dearest values at the bottom: drag to zoom, click to list the traces of that moment. */
export function CostChart({ report, view }: { report: CostReport; view: View }) {
  const [theme] = useTheme();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const times = useMemo(() => secondsOf(report.starts), [report]);
  const lines = useMemo(() => linesOf(report), [report]);
  const stepMs = report.step_ns / 1e6;
  return (
    <Chart
      title="Cost"
      times={times}
      stepSeconds={stepMs / 1000}
      lines={lines}
      format={formatMoney}
      sync="cost"
      theme={`${theme} ${isDark}`}
      height={HEIGHT}
      onBrush={view.zoom}
      onPick={(fromMs) => view.showTraces(view.filterText, rangeOfStep(fromMs, stepMs))}
    />
  );
}

/** What is not among the dearest on top, then each value; bars are drawn from the back, the tallest first. */
function linesOf({ by, lines, others }: CostReport): Line[] {
  const rest = others.map(Number);
  const hasRest = rest.some((cost) => cost > 0);
  const layers = lines
    .map(({ value, detail, costs }, place) => ({
      label: valueName(by, value, detail),
      told: costs.map(Number),
      color: layerColor(place, lines.length),
    }))
    .toReversed();
  const all = hasRest
    ? [{ label: "all others", told: rest, color: "--stack-rest" }, ...layers]
    : layers;
  const heights = stacked(...all.map(({ told }) => told));
  return all.map((layer, at) => ({ ...layer, values: heights[at] ?? [], shape: "bars" }));
}
