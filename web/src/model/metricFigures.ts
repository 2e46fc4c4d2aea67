/** Values of metrics in their unit, and what a legend says of a series. */

import { formatBytes } from "./bytes";
import { formatCount, formatDuration, formatMoney } from "./format";
import type { Stat } from "./metricCharts";

const DURATIONS_NS: Record<string, number> = {
  s: 1e9,
  ms: 1e6,
  us: 1e3,
  µs: 1e3,
  ns: 1,
  min: 6e10,
  h: 3.6e12,
};
const SIZES: Record<string, number> = {
  By: 1,
  bytes: 1,
  KiBy: 1024,
  MiBy: 1024 ** 2,
  GiBy: 1024 ** 3,
};

/** How the values of a stat are written. The unit is UCUM's, as OpenTelemetry has it. */
export function formatOf(unit: string, stat: Stat, reading: string): (value: number) => string {
  if (stat === "count" || (stat === "rate" && reading !== "increases" && reading !== "values")) {
    return stat === "rate" ? (value) => `${plain(value)}/s` : plain;
  }
  const written = inUnit(unit);
  return stat === "rate" ? (value) => `${written(value)}/s` : written;
}

function inUnit(unit: string): (value: number) => string {
  const ns = DURATIONS_NS[unit];
  if (ns !== undefined) return signed((value) => formatDuration(value * ns));
  const size = SIZES[unit];
  if (size !== undefined) return signed((value) => formatBytes(value * size));
  if (unit === "USD" || unit === "$") return formatMoney;
  if (unit === "%") return (value) => `${plain(value)} %`;
  const isBare = unit === "" || unit === "1" || unit.startsWith("{");
  return isBare ? plain : (value) => `${plain(value)} ${unit}`;
}

function signed(written: (size: number) => string): (value: number) => string {
  return (value) => (value < 0 ? `−${written(-value)}` : written(value));
}

/** A number of any size: 0.00123, 0.12, 12.3, 412, 3.1k. */
function plain(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size === 0) return "0";
  if (size >= 999.5) return `${sign}${formatCount(size)}`;
  return `${sign}${size < 0.001 ? size.toExponential(1) : String(Number(size.toPrecision(3)))}`;
}

interface Summary {
  last: number | null;
  avg: number | null;
  max: number | null;
}

/** What a legend says of a series; of steps with a value alone. */
export function summaryOf(values: readonly (number | null)[]): Summary {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { last: null, avg: null, max: null };
  return {
    last: known.at(-1) ?? null,
    avg: known.reduce((sum, value) => sum + value, 0) / known.length,
    max: known.reduce((most, value) => Math.max(most, value)),
  };
}

/** What a series is called: the values of the labels it is told apart by. */
export function seriesName(labels: Readonly<Record<string, string>>, metric: string): string {
  const values = Object.entries(labels).map(([label, value]) =>
    value === "" ? `no ${label}` : value,
  );
  return values.length === 0 ? metric : values.join(" · ");
}
