/** What a span can be, how it can end, and where its trace stands, in the words of the API. */

export const KINDS = [
  "llm",
  "embedding",
  "retriever",
  "reranker",
  "tool",
  "agent",
  "chain",
  "guardrail",
  "evaluator",
  "http",
  "db",
  "other",
] as const;

export type Kind = (typeof KINDS)[number];

export const STATUSES = ["ok", "error", "cancelled", "open", "crashed"] as const;

export type Status = (typeof STATUSES)[number];

/** Where a trace is in its life. */
export const STATES = ["open", "idle", "finished", "stalled", "crashed"] as const;

export type TraceState = (typeof STATES)[number];

/** Whether a call of this kind answers in tokens, so that their number can be unknown. */
export function answersInTokens(kind: Kind): boolean {
  return kind !== "embedding" && kind !== "reranker";
}

/** Whether the span ended badly enough to be shown in red. */
export function failed(status: Status): boolean {
  return status === "error" || status === "crashed";
}
