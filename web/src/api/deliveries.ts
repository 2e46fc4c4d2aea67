/** The ledger: what was received and what became of it; and what the engine refused. */

import { queryOptions } from "@tanstack/react-query";
import { ofSameProject } from "../model/previousData";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get, post } from "./client";
import type { components } from "./schema";

export type Deliveries = components["schemas"]["Deliveries"];
export type Sender = components["schemas"]["Sender"];
export type Reason = components["schemas"]["RejectedReason"];
export type QuarantineRow = components["schemas"]["QuarantineRow"];
export type QuarantineOutcome = components["schemas"]["QuarantineOutcome"];
type QuarantineList = components["schemas"]["QuarantineList"];

/** How often the page asks again while it is visible; the query client pauses it otherwise. */
const RENEW_MS = 3000;

export function deliveriesQuery(project: string, range: Range, isLive: boolean) {
  return queryOptions({
    queryKey: ["deliveries", project, serializeRange(range)],
    queryFn: async ({ signal }) => {
      const ask = (window: { from?: string; to?: string }) =>
        get<Deliveries>("/deliveries", { project, ...window }, signal);
      const found = await ask(rangeParams(range));
      const oldest = found.senders.map(({ first }) => first).sort()[0];
      // Steps of all time since the epoch would put everything into the last one.
      return range.kind === "all" && oldest !== undefined ? ask({ from: oldest }) : found;
    },
    placeholderData: ofSameProject(project),
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

/** Hands rows to the engine again, or forgets them; `ids` null means all of the project. */
export function actOnQuarantine(
  action: QuarantineAction,
  project: string,
  ids: readonly number[] | null,
  csrf: string,
): Promise<QuarantineOutcome> {
  return post<QuarantineOutcome>(`/quarantine/${action}`, { project, ids }, csrf);
}
