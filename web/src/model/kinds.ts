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

export type Status = "ok" | "error" | "cancelled" | "open" | "crashed";

/** Where a trace is in its life. */
export type TraceState = "open" | "idle" | "finished" | "stalled" | "crashed";

/** Whether a call of this kind answers in tokens, so that their number can be unknown. */
export function answersInTokens(kind: Kind): boolean {
  return kind !== "embedding" && kind !== "reranker";
}

/** Whether the span ended badly enough to be shown in red. */
export function failed(status: Status): boolean {
  return status === "error" || status === "crashed";
}
