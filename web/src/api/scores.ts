/** Judgements of the spans of a trace. */

import { queryOptions } from "@tanstack/react-query";
import type { Scores } from "../model/scores";
import { get } from "./client";
import type { components } from "./schema";

type ScoreList = components["schemas"]["ScoreList"];

/** More are not drawn in one tree. */
const MOST_SCORES = "500";

/** By the id of the span, the newest of each name. */
export function spanScoresQuery(project: string, traceId: string) {
  return queryOptions({
    queryKey: ["trace", project, traceId, "scores"],
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, Scores>> => {
      const params = { project, trace_id: traceId, limit: MOST_SCORES };
      const { scores } = await get<ScoreList>("/scores", params, signal);
      const bySpan = new Map<string, Scores>();
      for (const { span_id: id, name, value } of scores) {
        if (id !== "") bySpan.set(id, { [name]: value, ...bySpan.get(id) });
      }
      return bySpan;
    },
    structuralSharing: false,
    staleTime: 5000,
  });
}
