import { useEffect, useEffectEvent, useRef, useState } from "react";
import UPlot from "uplot";
import { trimZeros } from "../model/format";
import "uplot/dist/uPlot.min.css";
import "./Chart.css";

export interface Line {
  label: string;
  values: readonly (number | null)[];
  /** What to say at the cross-hair where bars are stacked and end above their own value. */
  told?: readonly (number | null)[];
  /** A custom property of tokens.css: `--chart-1`. */
  color: string;
  /** A ghost is what was before: dotted, and without a figure of its own where nothing is pointed at. */
  shape: "line" | "bars" | "area" | "ghost";
  /** Of a line, in pixels. */
  width?: number;
}

interface ChartProps {
  title: string;
  /** Seconds since the epoch, one for each value. */
  times: readonly number[];
  /** Where it is no time that goes by: what stands below the axis; `times` are then their places from zero. */
  names?: readonly string[];
  stepSeconds: number;
  lines: readonly Line[];
  format: (value: number) => string;
  /** Of things that come whole: no half ones on the axis. */
  isCount?: boolean;
  /** Charts of one name share their cross-hair. */
  sync: string;
  /** Redraws in the colours of the theme. */
  theme: string;
  /** In pixels. */
  height?: number;
  /** Where a table below tells of the lines: it hears at which of the times the cross-hair is. */
  onPoint?: (at: number | null) => void;
  onBrush?: (fromMs: number, toMs: number) => void;
  onPick?: (timeMs: number) => void;
}

const HEIGHT = 168;
const NAME_CHARACTERS = 16;
const TIMED_BARS = { size: [0.72, 14] as [number, number], align: 1 as const };
const NAMED_BARS = { size: [0.72, 48] as [number, number], align: 0 as const };
const GHOST_DASH = [1, 4];
const WHOLE_STEPS = Array.from({ length: 12 }, (_, power) =>
  [1, 2, 5].map((n) => n * 10 ** power),
).flat();

/** A time chart: values at the cross-hair above, drag to zoom, click to look at the moment. */
export function Chart(props: ChartProps) {
  const { title, lines, format, height = HEIGHT } = props;
  const host = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const brush = useEffectEvent((from: number, to: number) => props.onBrush?.(from, to));
  const pick = useEffectEvent((time: number) => props.onPick?.(time));
  const point = useEffectEvent((index: number | null) => (props.onPoint ?? setAt)(index));
  const draw = useEffectEvent((element: HTMLDivElement) =>
    createPlot(element, props, { onCursor: point, onBrush: brush, onPick: pick }),
  );

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const plot = draw(element);
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [props.times, props.lines, props.theme, height]);

  return (
    <figure className="chart" aria-label={title}>
      {!props.onPoint && (
        <figcaption>
          <h2>{(at === null ? undefined : props.names?.[at]) ?? title}</h2>
          <span className="chart-labels">
            {lines.map((line) => {
              const value = at === null ? null : (line.told ?? line.values)[at];
              return (
                <span key={line.label} className="chart-label">
                  <i data-shape={line.shape} style={{ color: `var(${line.color})` }} />
                  {line.label}
                  <b className="number">
                    {value === null || value === undefined ? "" : format(value)}
                  </b>
                </span>
              );
            })}
          </span>
        </figcaption>
      )}
      <div ref={host} className="chart-host" style={{ height }} />
    </figure>
  );
}

interface Listeners {
  onCursor: (index: number | null) => void;
  onBrush: (fromMs: number, toMs: number) => void;
  onPick: (timeMs: number) => void;
}

function createPlot(element: HTMLDivElement, props: ChartProps, listeners: Listeners): UPlot {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const axis: UPlot.Axis = {
    stroke: token("--text-faint"),
    font: `11px ${token("--font-text")}`,
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
  };
  const options: UPlot.Options = {
    width: element.clientWidth,
    height: props.height ?? HEIGHT,
    legend: { show: false },
    padding: [8, (plot) => beyondOf(props, plot.width), 0, 0],
    cursor: {
      sync: { key: props.sync },
      points: { size: 5 },
      drag: { x: props.onBrush !== undefined, y: false, setScale: false, dist: 6 },
      bind: { click: () => null },
    },
    scales: {
      x: {
        time: !props.names,
        range: () => endsOf(props),
      },
      y: { range: (_, min, max) => heightOf(min, max) },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 24, ...labelsOf(props.names) },
      {
        ...axis,
        size: 56,
        space: 34,
        ...(props.isCount ? { incrs: WHOLE_STEPS } : {}),
        values: (_, values) =>
          values.map((value) => (value === 0 ? "0" : trimZeros(props.format(value)))),
      },
    ],
    series: [{}, ...props.lines.map((line) => seriesOf(line, token, props.names !== undefined))],
    hooks: {
      setCursor: [(plot) => listeners.onCursor(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          if (plot.select.width < 6) return;
          const from = plot.posToVal(plot.select.left, "x");
          const to = plot.posToVal(plot.select.left + plot.select.width, "x");
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          listeners.onBrush(from * 1000, to * 1000);
        },
      ],
      ready: [
        (plot) => {
          plot.over.addEventListener("click", () => {
            const time = plot.data[0][plot.cursor.idx ?? -1];
            if (time !== undefined) listeners.onPick(time * 1000);
          });
        },
      ],
    },
  };
  const data = [props.times, ...props.lines.map(heightsOf)] as UPlot.AlignedData;
  return new UPlot(options, data, element);
}

/** Where the axis begins and ends: a time, a single one too, lasts its step; a name stands in the middle of it. */
function endsOf({ times, names, stepSeconds }: ChartProps): [number, number] {
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? 0;
  return names ? [first - stepSeconds / 2, last + stepSeconds / 2] : [first, last + stepSeconds];
}

/** Room for the half of the last label that stands beyond the axis, `18:15:30` or a name that was cut. */
function beyondOf({ names }: ChartProps, width: number): number {
  return names ? Math.max(16, 50 - width / names.length / 2) : 28;
}

/** From zero, with some room; below it where values are. */
function heightOf(min: number, max: number): [number, number] {
  const low = min < 0 ? min * 1.08 : 0;
  return [low, max > 0 ? max * 1.08 : low < 0 ? 0 : 1];
}

/** Where a layer ends; nothing in place of 0, whose hairline would erase the axis. */
function heightsOf({ values, told, shape }: Line): readonly (number | null)[] {
  return told && shape === "bars" ? values.map((value) => (value === 0 ? null : value)) : values;
}

function seriesOf(line: Line, token: (name: string) => string, isNamed: boolean): UPlot.Series {
  const color = token(line.color);
  if (line.shape === "bars") {
    const paths = UPlot.paths.bars?.({ ...(isNamed ? NAMED_BARS : TIMED_BARS), radius: 0.15 });
    // Layers of one whole are told apart by a hairline, too.
    const edge = line.told ? { stroke: token("--bg"), width: 1 } : { width: 0 };
    return { fill: color, ...edge, points: { show: false }, ...(paths ? { paths } : {}) };
  }
  if (line.shape === "area") return { fill: color, stroke: token("--bg"), width: 1 };
  const isGhost = line.shape === "ghost";
  return {
    stroke: color,
    width: line.width ?? 1.5,
    // A single point between gaps is a line of no length: it needs its dot.
    points: { show: isGhost ? false : showsLonely, size: 4, fill: color },
    ...(isGhost ? { dash: GHOST_DASH, cap: "round" as const } : {}),
  };
}

/** Whether a line has points that no other stands beside. */
function showsLonely(plot: UPlot, series: number): boolean {
  const values = plot.data[series] ?? [];
  const has = (at: number) => typeof values[at] === "number";
  return values.some((_, at) => has(at) && !has(at - 1) && !has(at + 1));
}

/** Below the axis: times of day, or names, cut where they are long. */
function labelsOf(names: readonly string[] | undefined): Partial<UPlot.Axis> {
  if (!names) return { values: clockLabels };
  const nameAt = (place: number) => names[place]?.slice(0, NAME_CHARACTERS) ?? "";
  return { incrs: WHOLE_STEPS, space: 110, values: (_, places) => places.map(nameAt) };
}

/** Times of day; where the day changes, the day. */
function clockLabels(_: UPlot, moments: number[]): string[] {
  const wide = (moments.at(-1) ?? 0) - (moments[0] ?? 0) > 86_400 * 2;
  return moments.map((seconds) => {
    const date = new Date(seconds * 1000);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
    return wide || isMidnight
      ? date.toLocaleDateString(undefined, { month: "short", day: "numeric" })
      : date.toLocaleTimeString(undefined, {
          hour: "2-digit",
          minute: "2-digit",
          hour12: false,
          ...(date.getSeconds() === 0 ? {} : { second: "2-digit" }),
        });
  });
}
