import { useMemo, useState } from "react";
import type { Series } from "../../api/series";
import type { Panel, SeriesSource } from "../../model/dashboard";
import { narrow } from "../../model/narrow";
import { figureOf, panelLines, type PanelLine } from "../../model/panelLines";
import { rangeOfStep } from "../../model/range";
import { secondsOf } from "../../model/series";
import { Chart } from "../../ui/Chart";
import { useMedia } from "../../ui/useMedia";
import { useTheme } from "../../ui/useTheme";
import type { View } from "../shell/useView";
import { useRows } from "./useRows";
import "./PanelChart.css";

/** Beside a legend of one line, and of two. */
const HEIGHTS = { one: 198, two: 176 } as const;
const ONE_LINE = 3;

interface PanelChartProps {
  panel: Panel;
  source: SeriesSource;
  series: Series;
  filter: string;
  view: View;
}

/** A series over time: drag to zoom, click to list what is there; its names lead to the lists of their own. */
export function PanelChart({ panel, source, series, filter, view }: PanelChartProps) {
  const [theme] = useTheme();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const [at, setAt] = useState<number | null>(null);
  const showRows = useRows(view);
  const times = useMemo(() => secondsOf(series.starts), [series]);
  const [lit, setLit] = useState<string | null>(null);
  const lines = useMemo(() => panelLines(series, source, panel), [series, source, panel]);
  const drawn = useMemo(() => lines.map((line) => litLine(line, lit)), [lines, lit]);
  const stepMs = series.step_ns / 1e6;
  const isWhole = series.unit === "count";
  return (
    <>
      <Chart
        title={panel.title}
        times={times}
        stepSeconds={stepMs / 1000}
        lines={drawn}
        format={(value) => figureOf(series.unit, value)}
        isCount={isWhole}
        sync="dashboard"
        theme={`${theme} ${isDark}`}
        height={lines.length <= ONE_LINE ? HEIGHTS.one : HEIGHTS.two}
        onPoint={setAt}
        onBrush={view.zoom}
        onPick={(fromMs) => showRows(source.of, filter, rangeOfStep(fromMs, stepMs))}
      />
      <ul className="panel-legend" aria-label={`Lines of ${panel.title}`}>
        {lines.toReversed().map((line) => (
          <LegendLine
            key={line.label}
            line={line}
            onLight={line.shape === "line" ? setLit : noLight}
            figure={figureOf(
              series.unit,
              at === null ? line.total : ((line.told ?? line.values)[at] ?? null),
            )}
            onOpen={(term) => showRows(source.of, narrow(filter, term))}
          />
        ))}
        {series.truncated && (
          <li className="panel-note">
            {source.top} of {series.value_count}
          </li>
        )}
      </ul>
    </>
  );
}

interface LegendLineProps {
  line: PanelLine;
  figure: string;
  /** Hears which line is pointed at. */
  onLight: (label: string | null) => void;
  onOpen: (term: string) => void;
}

/** Whoever points at its name sees which of many lines it is. */
function litLine(line: PanelLine, lit: string | null): PanelLine & { width?: number } {
  return line.label === lit ? { ...line, width: 3.5 } : line;
}

const noLight = () => undefined;

function LegendLine({ line: { label, color, term }, figure, onLight, onOpen }: LegendLineProps) {
  const content = (
    <>
      <i style={{ color: `var(${color})` }} />
      <span className="cut">{label}</span>
      <b className="number">{figure}</b>
    </>
  );
  return (
    <li
      className="panel-legend-line"
      onPointerEnter={() => onLight(label)}
      onPointerLeave={() => onLight(null)}
    >
      {term === null ? (
        <span>{content}</span>
      ) : (
        <button type="button" title={label} onClick={() => onOpen(term)}>
          {content}
        </button>
      )}
    </li>
  );
}
