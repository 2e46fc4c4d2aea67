/** One session: what its traces add up to. */

import { queryOptions } from "@tanstack/react-query";
import { quoted } from "../model/filter";
import { termFor } from "../model/terms";
import { get } from "./client";
import type { SessionRow } from "./rows";
import type { TraceRow } from "./traces";

export function sessionQuery(project: string, sessionId: string) {
  return queryOptions({
    queryKey: ["session", project, sessionId],
    queryFn: ({ signal }) =>
      get<SessionRow>(`/sessions/${encodeURIComponent(sessionId)}`, { project }, signal),
    staleTime: 5000,
  });
}

type Turn = Pick<TraceRow, "trace_id" | "session_id" | "start">;

/** The trace of the same session that began next (or, with -1, before); null where there is none. */
export function nextTurnQuery(project: string, trace: Turn, by: 1 | -1) {
  const { session_id: session, trace_id: id, start } = trace;
  const filter = `${termFor("session", session)} -trace:${quoted(id)}`;
  const window = by > 0 ? { from: start, sort: "start" } : { from: "0", to: start, sort: "-start" };
  return queryOptions({
    queryKey: ["next turn", project, id, by],
    queryFn: async ({ signal }) => {
      const params = { project, filter, limit: "1", ...window };
      const { traces } = await get<{ traces: TraceRow[] }>("/traces", params, signal);
      return traces[0]?.trace_id ?? null;
    },
    enabled: session !== "",
    staleTime: 10_000,
  });
}
