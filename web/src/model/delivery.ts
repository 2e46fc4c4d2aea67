/** The ledger as an operator reads it: whether the numbers add up, and which senders are in trouble. */

import { counted, formatDuration, formatExact, parseTime } from "./format";

/** What became of the records that were received. */
export interface Counts {
  received: number;
  stored: number;
  duplicates: number;
  rejected: number;
  quarantined: number;
  waiting: number;
}

type Tone = "plain" | "warn" | "error";

interface Term {
  name: string;
  /** What the word means, for a hover. */
  hint: string;
  count: number;
  tone: Tone;
}

interface Balance {
  /** In order: what was received, then all that it became. */
  terms: Term[];
  /** Received without the rest: above zero is lost, below zero is counted twice. */
  difference: number;
}

/** Received = stored + duplicates + rejected + quarantined + waiting. */
export function balanceOf(counts: Counts): Balance {
  const { received, stored, duplicates, rejected, quarantined, waiting } = counts;
  const term = (name: string, hint: string, count: number, tone: Tone = "plain"): Term => ({
    name,
    hint,
    count,
    tone: count > 0 ? tone : "plain",
  });
  return {
    terms: [
      term("received", "Records that senders handed over", received),
      term("stored", "Records that can be queried", stored),
      term("duplicates", "Sent again and stored once", duplicates),
      term("rejected", "Refused; the sender was told the reason", rejected, "error"),
      term("quarantined", "Refused by the engine and kept here", quarantined, "warn"),
      term("waiting", "On disk in the journal, not yet in the engine", waiting),
    ],
    difference: received - stored - duplicates - rejected - quarantined - waiting,
  };
}

/** The balance in a sentence. */
export function verdict({ difference }: Balance): string {
  if (difference === 0) return "The numbers add up";
  const count = counted(Math.abs(difference), "record");
  const is = Math.abs(difference) === 1 ? "is" : "are";
  return difference > 0 ? `${count} ${is} unaccounted for` : `${count} ${is} counted twice`;
}

/** What of a sender decides whether it needs a look. */
interface SenderCounts {
  received: number;
  rejected: number;
  quarantined: number;
  dropped: number | null;
  missing: number | null;
}

/** Records of the sender that did not get through: rejected, quarantined, dropped or missing. */
export function lostBy(sender: SenderCounts): number {
  const { rejected, quarantined, dropped, missing } = sender;
  return rejected + quarantined + (dropped ?? 0) + Math.max(missing ?? 0, 0);
}

/** Senders in trouble first, then those that send most. */
export function bySeverity<S extends SenderCounts>(senders: readonly S[]): S[] {
  return senders.toSorted((a, b) => lostBy(b) - lostBy(a) || b.received - a.received);
}

const AHEAD_S = 1;
/** Exporters hold spans back for seconds before they send. */
const BEHIND_S = -15;

/**
 * How the sender's clock stands against the server's: the time of its freshest record less ours when
 * it came. What could be transport or an exporter's batch counts as in step. What is older was kept back
 * (on disk, while the server was away) more likely than stamped by a wrong clock.
 */
export function describeSkew(skewS: number | null): string {
  if (skewS === null) return "–";
  if (skewS > BEHIND_S && skewS < AHEAD_S) return "in step";
  return skewS > 0 ? `${formatSeconds(skewS)} ahead` : `sent ${formatSeconds(-skewS)} late`;
}

/** Seconds as a duration; a dash for what is not known. */
export function formatSeconds(seconds: number | null): string {
  if (seconds !== null && seconds <= 0) return "0 s";
  return formatDuration(seconds === null ? null : seconds * 1e9);
}

const BYTE_UNITS = [
  { unit: "GB", size: 1e9 },
  { unit: "MB", size: 1e6 },
  { unit: "kB", size: 1e3 },
] as const;

/** Bytes in the unit that keeps them at least 1: 512 B, 1.2 MB, 2.1 GB. */
export function formatBytes(bytes: number): string {
  for (const { unit, size } of BYTE_UNITS) {
    if (bytes >= size) {
      const scaled = bytes / size;
      return `${scaled >= 9.95 ? Math.round(scaled) : scaled.toFixed(1).replace(/\.0$/, "")} ${unit}`;
    }
  }
  return `${formatExact(bytes)} B`;
}

interface Step {
  start: string;
  received: number;
  stored: number;
  duplicates: number;
  rejected: number;
  quarantined: number;
}

interface FlowColumns {
  /** Seconds since the epoch, as uPlot wants them. */
  times: number[];
  received: number[];
  stored: number[];
  duplicates: number[];
  rejected: number[];
  quarantined: number[];
}

/** The flow as columns up to now, with a zero for each step of the window in which nothing came. */
export function flowColumns(
  flow: readonly Step[],
  window: { start: string; end: string; step_ns: number },
  nowMs: number,
): FlowColumns {
  const stepMs = window.step_ns / 1e6;
  const known = new Map(flow.map((step) => [Math.round(parseTime(step.start) / stepMs), step]));
  const first = Math.floor(parseTime(window.start) / stepMs);
  const last = Math.ceil(Math.min(parseTime(window.end), nowMs) / stepMs) - 1;
  const places = Array.from({ length: Math.max(last - first + 1, 0) }, (_, at) => first + at);
  const column = (read: (step: Step) => number) =>
    places.map((place) => {
      const step = known.get(place);
      return step ? read(step) : 0;
    });
  return {
    times: places.map((place) => (place * stepMs) / 1000),
    received: column(({ received }) => received),
    stored: column(({ stored }) => stored),
    duplicates: column(({ duplicates }) => duplicates),
    rejected: column(({ rejected }) => rejected),
    quarantined: column(({ quarantined }) => quarantined),
  };
}
