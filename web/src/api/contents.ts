/** What spans say, asked for by several at once: those that come into view together share a request. */

import { queryOptions } from "@tanstack/react-query";
import { ApiError, get } from "./client";
import type { components } from "./schema";

export type SpanContent = components["schemas"]["SpanContent"];
type TraceContents = components["schemas"]["TraceContents"];
type TraceMatches = components["schemas"]["TraceMatches"];

interface Waiting {
  spanId: string;
  resolve: (content: SpanContent) => void;
  reject: (error: unknown) => void;
}

/** Of one request; the server takes no more. */
const MOST_SPANS = 50;

/** By project and trace: who waits for the next request. */
const queues = new Map<string, Waiting[]>();

export function contentQuery(project: string, traceId: string, spanId: string) {
  return queryOptions({
    queryKey: ["content", project, traceId, spanId],
    queryFn: () => askFor(project, traceId, spanId),
    staleTime: 60_000,
  });
}

/** The ids of the spans that say some words in any of their texts. */
export function matchesQuery(project: string, traceId: string, words: string) {
  return queryOptions({
    queryKey: ["matches", project, traceId, words],
    queryFn: async ({ signal }): Promise<ReadonlySet<string>> => {
      const path = `/traces/${encodeURIComponent(traceId)}/matches`;
      const { span_ids } = await get<TraceMatches>(path, { project, words }, signal);
      return new Set(span_ids);
    },
    structuralSharing: false,
    staleTime: 5000,
  });
}

function askFor(project: string, traceId: string, spanId: string): Promise<SpanContent> {
  return new Promise((resolve, reject) => {
    const key = `${project}\n${traceId}`;
    const queue = queues.get(key) ?? [];
    queue.push({ spanId, resolve, reject });
    if (queues.has(key)) return;
    queues.set(key, queue);
    // After this turn: all that a page shows at once has asked by then.
    setTimeout(() => {
      queues.delete(key);
      void sendAll(project, traceId, queue);
    });
  });
}

async function sendAll(project: string, traceId: string, queue: readonly Waiting[]): Promise<void> {
  let left = [...queue];
  while (left.length > 0) {
    const batch = left.slice(0, MOST_SPANS);
    const leftOut = await send(project, traceId, batch);
    left = [...leftOut, ...left.slice(MOST_SPANS)];
  }
}

/** Answers those whom the answer names; gives back those for whom it had no room. */
async function send(
  project: string,
  traceId: string,
  batch: readonly Waiting[],
): Promise<Waiting[]> {
  try {
    const { spans, left_out } = await get<TraceContents>(
      `/traces/${encodeURIComponent(traceId)}/contents`,
      { project, span: batch.map(({ spanId }) => spanId) },
    );
    const found = new Map(spans.map((content) => [content.span_id, content]));
    const again = new Set(left_out);
    for (const { spanId, resolve, reject } of batch) {
      const content = found.get(spanId);
      if (content) resolve(content);
      else if (!again.has(spanId)) {
        reject(new ApiError(404, "not_found", `There is no span ${spanId} in this trace.`, ""));
      }
    }
    return batch.filter(({ spanId }) => again.has(spanId) && !found.has(spanId));
  } catch (error) {
    for (const { reject } of batch) reject(error);
    return [];
  }
}
