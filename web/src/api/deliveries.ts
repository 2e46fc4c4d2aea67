/** The ledger: what was received and what became of it; and what the engine refused. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get, post } from "./client";

interface Counts {
  received: number;
  stored: number;
  duplicates: number;
  rejected: number;
  quarantined: number;
  waiting: number;
  dropped: number;
  lag_s: number | null;
}

export interface Sender {
  service: string;
  process: string;
  sender: string;
  protocol: string;
  sent: number | null;
  received: number;
  stored: number;
  rejected: number;
  quarantined: number;
  duplicates: number;
  dropped: number | null;
  missing: number | null;
  lag_s: number | null;
  skew_s: number | null;
  first: string;
  last: string;
}

interface FlowPoint {
  start: string;
  received: number;
  stored: number;
  duplicates: number;
  rejected: number;
  quarantined: number;
}

export interface Reason {
  time: string;
  service: string;
  reason: string;
  count: number;
}

export interface Deliveries {
  start: string;
  end: string;
  step_ns: number;
  totals: Counts;
  senders: Sender[];
  flow: FlowPoint[];
  journal: { entries: number; bytes: number; oldest_age_s: number | null; bound_bytes: number };
  writer: { trouble: string; lag_s: number | null };
  engine: { state: string; version: string };
  last_reasons: Reason[];
}

export interface QuarantineRow {
  id: number;
  time: string;
  kind: string;
  service: string;
  name: string;
  trace_id: string;
  reason: string;
}

interface QuarantineList {
  rows: QuarantineRow[];
  total: number;
}

/** How often the page asks again while it is visible; the query client pauses it otherwise. */
const RENEW_MS = 3000;

export function deliveriesQuery(project: string, range: Range, isLive: boolean) {
  return queryOptions({
    queryKey: ["deliveries", project, serializeRange(range)],
    queryFn: async ({ signal }) => {
      const ask = (window: { from?: string; to?: string }) =>
        get<Deliveries>("/deliveries", { project, ...window }, signal);
      const found = await ask(rangeParams(range, Date.now()));
      const oldest = found.senders.map(({ first }) => first).sort()[0];
      // Steps of all time since the epoch would put everything into the last one.
      return range.kind === "all" && oldest !== undefined ? ask({ from: oldest }) : found;
    },
    placeholderData: keepPreviousData,
    refetchInterval: isLive ? RENEW_MS : false,
  });
}

export function quarantineQuery(project: string, isLive: boolean) {
  return queryOptions({
    queryKey: ["quarantine", project],
    queryFn: ({ signal }) => get<QuarantineList>("/quarantine", { project }, signal),
    refetchInterval: isLive ? RENEW_MS : false,
  });
}

export type QuarantineAction = "redrive" | "discard";

export interface QuarantineOutcome {
  done: number;
  refused: number;
}

/** Hands rows to the engine again, or forgets them; `ids` null means all of the project. */
export function actOnQuarantine(
  action: QuarantineAction,
  project: string,
  ids: readonly number[] | null,
  csrf: string,
): Promise<QuarantineOutcome> {
  return post<QuarantineOutcome>(`/quarantine/${action}`, { project, ids }, csrf);
}
