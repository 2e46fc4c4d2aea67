/** Numbers and times as people read them. Every figure is a value and, apart from it, a unit. */

export interface Figure {
  value: string;
  unit: string;
}

const NS_PER_UNIT = [
  { unit: "s", ns: 1e9 },
  { unit: "ms", ns: 1e6 },
  { unit: "µs", ns: 1e3 },
] as const;

/** Three significant digits, without dropping digits before the point: 1.24, 12.4, 124, 1240. */
function significant(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

/** A duration in the largest unit that keeps it at least 1: 850 ms, 1.24 s, 2 m 05 s. */
export function durationFigure(ns: number): Figure {
  const seconds = ns / 1e9;
  if (seconds >= 3600) {
    const hours = Math.floor(seconds / 3600);
    return { value: `${hours} h ${pad(Math.floor((seconds % 3600) / 60))}`, unit: "m" };
  }
  if (seconds >= 99.95) {
    const whole = Math.round(seconds);
    return { value: `${Math.floor(whole / 60)} m ${pad(whole % 60)}`, unit: "s" };
  }
  for (const { unit, ns: size } of NS_PER_UNIT) {
    // 0.9996 of a unit rounds up to 1.00 of it.
    if (ns >= size * 0.9995) return { value: significant(ns / size), unit };
  }
  return { value: String(Math.round(ns)), unit: "ns" };
}

/** {@link durationFigure} as one string; a dash for a span that has not ended. */
export function formatDuration(ns: number | null): string {
  return ns === null ? "–" : joined(durationFigure(ns));
}

const SCALES = [
  { unit: "G", size: 1e9 },
  { unit: "M", size: 1e6 },
  { unit: "k", size: 1e3 },
] as const;

/** A count that fits a column: 412, 3.1k, 31k, 1.2M. */
export function formatCount(count: number): string {
  for (const { unit, size } of SCALES) {
    if (count >= size * 0.9995) {
      const scaled = count / size;
      return `${scaled >= 9.95 ? Math.round(scaled) : scaled.toFixed(1).replace(/\.0$/, "")}${unit}`;
    }
  }
  return String(Math.round(count));
}

const GROUPED = new Intl.NumberFormat("en-US");

/** A count with all its digits: 12,345. */
export function formatExact(count: number): string {
  return GROUPED.format(count);
}

/** So many decimals, half up of the decimal digits: `toFixed` makes 0.0000077 of 0.00000775, which is binary a bit less. */
export function toDecimals(amount: number, decimals: number): string {
  const [digits = "0", exponent = "0"] = String(Math.abs(amount)).split("e");
  const whole = Math.round(Number(`${digits}e${Number(exponent) + decimals}`));
  return (Math.sign(amount) * Number(`${whole}e-${decimals}`)).toFixed(decimals);
}

/** Below it the zeros would fill the column. */
const TINY = 0.000001;

/** US dollars with enough digits to be non-zero: $12.30, $0.0123, $0.0000045, $8.0e-8. */
export function formatMoney(dollars: string | number): string {
  const amount = Number(dollars);
  if (!Number.isFinite(amount)) return String(dollars);
  const size = Math.abs(amount);
  if (size === 0) return "$0";
  if (amount < 0) return `−${formatMoney(size)}`;
  if (size >= 1000) return `$${GROUPED.format(Math.round(amount))}`;
  if (size >= 0.995) return `$${toDecimals(amount, 2)}`;
  if (size < TINY) return `$${tiny(amount)}`;
  // As many zeros as the figure has, then three significant digits; two where zeros fill the column.
  const zeros = Math.ceil(-Math.log10(size)) - 1;
  return `$${toDecimals(amount, zeros + (size < 0.000995 ? 2 : 3))}`;
}

/** Two digits and a power of ten: 8.0e-8. */
function tiny(amount: number): string {
  const [digits = "0", exponent = "0"] = amount.toExponential().split("e");
  const rounded = toDecimals(Number(digits), 1);
  const isTen = Math.abs(Number(rounded)) === 10;
  return isTen ? `${rounded.replace("10", "1")}e${Number(exponent) + 1}` : `${rounded}e${exponent}`;
}

/** A figure without the zeros that add nothing on an axis: 15.0 s → 15 s, $0.100 → $0.1. */
export function trimZeros(figure: string): string {
  return figure.replace(/(\.\d*?)0+(?!\d)/, "$1").replace(/\.(?!\d)/, "");
}

/** A share of 1 in per cent: 0.4 %, 12 %. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.05) return "<0.1 %";
  if (percent !== 0 && Math.abs(percent) < 9.95)
    return `${percent.toFixed(1).replace(/\.0$/, "")} %`;
  return `${Math.round(percent)} %`;
}

/** The change from `before` to `now` as a share of `before`; null when it cannot be told. */
export function change(now: number | null, before: number | null): number | null {
  if (now === null || before === null || before === 0) return null;
  return (now - before) / before;
}

/** A change in words, as a multiple where per cent say nothing: ↑ 12 %, ↓ 3.1 %, ↑ 30×; empty where nothing changed. */
export function formatChange(change: number): string {
  if (Math.abs(change) < 0.0005) return "";
  const size = change >= 10 ? `${formatCount(change + 1)}×` : formatShare(Math.abs(change));
  return `${change > 0 ? "↑" : "↓"} ${size}`;
}

/** Milliseconds since the epoch of an RFC 3339 time; digits below a millisecond are dropped. */
export function parseTime(text: string): number {
  return Date.parse(text.replace(/(\.\d{3})\d+/, "$1"));
}

const AGES = [
  { unit: "d", ms: 86_400_000 },
  { unit: "h", ms: 3_600_000 },
  { unit: "m", ms: 60_000 },
  { unit: "s", ms: 1000 },
] as const;

/** How long ago, in one unit: 12 s, 3 m, 2 h, 5 d. Clocks that disagree read as now. */
export function formatAge(thenMs: number, nowMs: number): string {
  const age = nowMs - thenMs;
  for (const { unit, ms } of AGES) {
    if (age >= ms) return `${Math.floor(age / ms)} ${unit}`;
  }
  return "now";
}

/** Local date and time with milliseconds and the zone, for a hover. */
export function formatAbsolute(ms: number): string {
  const date = new Date(ms);
  const zone = -date.getTimezoneOffset();
  const sign = zone < 0 ? "−" : "+";
  const offset = `${sign}${pad(Math.floor(Math.abs(zone) / 60))}:${pad(Math.abs(zone) % 60)}`;
  return `${formatDay(ms)} ${formatClock(ms)}.${String(date.getMilliseconds()).padStart(3, "0")} UTC${offset}`;
}

/** Local time of day: 14:02:09. */
export function formatClock(ms: number): string {
  const date = new Date(ms);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** Local date: 2026-11-21. */
export function formatDay(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** The server keeps so many characters of a text for lists. */
const PREVIEW_LENGTH = 200;

/** A preview, marked where the text goes on. */
export function formatPreview(text: string): string {
  return text.length < PREVIEW_LENGTH ? text : `${text}…`;
}

/** A name, or where there is none the beginning of the id. */
export function nameOr(name: string, id: string): string {
  return name.trim() === "" ? id.slice(0, 8) : name;
}

/** `3 spans`, `1 span`. */
export function counted(count: number, noun: string): string {
  return `${GROUPED.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function joined(figure: Figure): string {
  return `${figure.value} ${figure.unit}`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
