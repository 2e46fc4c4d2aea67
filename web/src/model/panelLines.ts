/** What a panel draws: the lines of a series, their names, their figures, and the lists that they lead to. */

import type { PanelKind, SeriesSource } from "./dashboard";
import { quoted } from "./filter";
import { formatCount, formatDuration, formatExact, formatMoney, formatShare } from "./format";
import { narrow } from "./narrow";
import { stacked } from "./series";

type Unit = "count" | "share" | "usd" | "ns";

interface SeriesLine {
  value: string;
  is_others: boolean;
  total: number | null;
  points: readonly (number | null)[];
}

interface PanelSeries {
  unit: Unit;
  lines: readonly SeriesLine[];
}

export interface PanelLine {
  label: string;
  values: readonly (number | null)[];
  /** Of what stands on another, its own values. */
  told?: readonly (number | null)[];
  total: number | null;
  color: string;
  shape: "line" | "bars" | "area";
  /** What its rows have in common; null where it leads nowhere. */
  term: string | null;
}

const MOST_COLORS = 8;
/** What adds up, so that parts may stand on one another. */
const SUMS = new Set(["count", "errors", "cost", "tokens", "input_tokens", "output_tokens"]);
/** Colour means status where it is one. */
const STATUS_COLORS: Record<string, string> = {
  ok: "--chart-3",
  error: "--error",
  crashed: "--error",
  cancelled: "--cancelled",
  open: "--open",
};
const FAILING = new Set(["errors", "error_rate"]);

/** A figure as the unit has it; whole where there is room. */
export function figureOf(unit: Unit, value: number | null): string {
  if (value === null) return "–";
  if (unit === "share") return formatShare(value);
  if (unit === "usd") return formatMoney(value);
  if (unit === "ns") return formatDuration(value);
  return value < 10_000 && Number.isInteger(value) ? formatExact(value) : formatCount(value);
}

/** Both of two filters. */
export function bothFilters(one: string, other: string): string {
  const text = other.trim();
  return narrow(one, /\bOR\b/.test(text) && one.trim() !== "" ? `(${text})` : text);
}

/** What a line is called. */
export function lineName({ split }: SeriesSource, line: SeriesLine, whole: string): string {
  if (split === "") return whole;
  if (line.is_others) return "all others";
  return line.value === "" ? `no ${split}` : line.value;
}

/** The filter that lists what a line is of; null for all others, which no filter names. */
export function lineTerm({ split }: SeriesSource, line: SeriesLine): string | null {
  if (split === "") return "";
  if (line.is_others) return null;
  if (line.value !== "") return `${split}:${quoted(line.value)}`;
  return split.includes("[") ? null : `-has:${split}`;
}

/** Where no value had a part in a sum, all others are all there is: nothing is told apart. */
export function toldApart({ lines }: PanelSeries, source: SeriesSource): SeriesSource {
  return lines.length === 1 && lines[0]?.is_others ? { ...source, split: "" } : source;
}

/** The lines of a series as a chart draws them: sums that are split stand on one another, the largest below. */
export function panelLines(
  series: PanelSeries,
  asked: SeriesSource,
  { kind, title }: { kind: PanelKind; title: string },
): PanelLine[] {
  const { lines } = series;
  const source = toldApart(series, asked);
  const isSum = SUMS.has(source.measure);
  const shape = shapeOf(kind, isSum || lines.length === 1);
  const isPiled = shape !== "line" && isSum && lines.length > 1;
  const named = lines.map((line, place) => ({
    label: lineName(source, line, title),
    points: line.points,
    total: line.total,
    color: colorOf(source, line, { place, count: lines.length }),
    term: lineTerm(source, line),
  }));
  // Drawn from the back: what ends highest first.
  const layers = named.toReversed();
  const ends = isPiled ? stacked(...layers.map(({ points }) => points)) : [];
  return layers.map(({ points, ...layer }, at) => {
    const end = ends[at];
    return end
      ? { ...layer, values: end, told: points, shape }
      : { ...layer, values: points, shape };
  });
}

function shapeOf(kind: PanelKind, canPile: boolean): PanelLine["shape"] {
  if (kind === "bar" && canPile) return "bars";
  return kind === "area" && canPile ? "area" : "line";
}

function colorOf(
  { measure, split }: SeriesSource,
  line: SeriesLine,
  { place, count }: { place: number; count: number },
): string {
  if (split === "") return FAILING.has(measure) ? "--error" : "--chart-1";
  if (split === "status") return STATUS_COLORS[line.value] ?? "--stack-rest";
  if (line.is_others || place >= MOST_COLORS) return "--stack-rest";
  return count === 1 ? "--chart-1" : `--stack-${place + 1}`;
}

/** The whole of a series in one figure: of what is split and adds up the sum, else of the only line. */
export function wholeOf({ lines }: PanelSeries, { measure }: SeriesSource): number | null {
  const [first] = lines;
  if (!first) return SUMS.has(measure) || measure === "users" || measure === "sessions" ? 0 : null;
  if (lines.length === 1) return first.total;
  if (!SUMS.has(measure)) return null;
  return lines.reduce((sum, { total }) => sum + (total ?? 0), 0);
}

/** The share of each line in the whole; null where parts do not add up. */
export function sharesOf(series: PanelSeries, source: SeriesSource): (number | null)[] {
  const whole = SUMS.has(source.measure) ? wholeOf(series, source) : null;
  return series.lines.map(({ total }) => (whole ? (total ?? 0) / whole : null));
}
