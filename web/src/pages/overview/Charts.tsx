import { useMemo } from "react";
import type { Overview } from "../../api/overview";
import { narrow } from "../../model/narrow";
import { rangeOfStep } from "../../model/range";
import { secondsOf } from "../../model/series";
import { Chart } from "../../ui/Chart";
import { useMedia } from "../../ui/useMedia";
import { useTheme } from "../../ui/useTheme";
import type { View } from "../shell/useView";
import { drawingsOf } from "./drawings";
import "./Charts.css";

/** What the window was like over time, under one cross-hair: drag to zoom, click to list the traces of that moment. */
export function Charts({ overview, view }: { overview: Overview; view: View }) {
  const [theme] = useTheme();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const times = useMemo(() => secondsOf(overview.series.map(({ start }) => start)), [overview]);
  const drawings = useMemo(() => drawingsOf(overview), [overview]);
  const stepMs = overview.step_ns / 1e6;
  return (
    <>
      {drawings.map(({ title, lines, format, isCount, filter }) => (
        <Chart
          key={title}
          title={title}
          times={times}
          stepSeconds={stepMs / 1000}
          lines={lines}
          format={format}
          isCount={isCount}
          sync="overview"
          theme={`${theme} ${isDark}`}
          onBrush={view.zoom}
          onPick={(fromMs) =>
            view.showTraces(narrow(view.filterText, filter), rangeOfStep(fromMs, stepMs))
          }
        />
      ))}
    </>
  );
}
