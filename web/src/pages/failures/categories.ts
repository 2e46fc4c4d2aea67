/** The ways in which a span can go wrong, as the tabs name them, and as the filter says it where it can. */
export const CATEGORIES = [
  { id: "failed", filter: "status:error", name: "Failed" },
  { id: "cancelled", filter: "status:cancelled", name: "Cancelled" },
  { id: "retried", filter: "has:retry", name: "Retried" },
  { id: "slow", filter: "", name: "Slow" },
  { id: "timed_out", filter: "class:timeout", name: "Timed out" },
] as const;

export type Category = (typeof CATEGORIES)[number]["id"];
