/** One session: what its traces add up to. */

import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type { SessionRow } from "./rows";

export function sessionQuery(project: string, sessionId: string) {
  return queryOptions({
    queryKey: ["session", project, sessionId],
    queryFn: ({ signal }) =>
      get<SessionRow>(`/sessions/${encodeURIComponent(sessionId)}`, { project }, signal),
    staleTime: 5000,
  });
}
