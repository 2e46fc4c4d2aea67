/** Where a trace stands in its life, and a sentence on what is known of one that did not end well. */

import { counted, formatClock } from "./format";
import type { Status, TraceState } from "./kinds";

/** What the dot of a trace can show: how it ended or, before that, where it stands. */
export type Standing = Status | "idle" | "stalled";

/** How the trace ended once it is finished, else its state. */
export function standingOf({ status, state }: { status: Status; state: TraceState }): Standing {
  return state === "finished" ? status : state;
}

interface Known {
  standing: Standing;
  /** When something of the trace came last. */
  lastMs: number;
  /** Spans that have not ended, or never will. */
  unended: number;
}

/** What is known of a trace whose process fell silent; null for any other. */
export function silenceOf({ standing, lastMs, unended }: Known): string | null {
  const left = unended === 0 ? "" : ` with ${counted(unended, "span")} open`;
  const after = `after ${formatClock(lastMs)}${left}`;
  switch (standing) {
    case "crashed":
      return `The process went silent ${after} and did not come back. What had arrived is here.`;
    case "stalled":
      return `The process went silent ${after}. It may still come back.`;
    case "idle":
      return `Nothing came ${after}. Whether its process lives is not known.`;
    case "open":
    case "ok":
    case "error":
    case "cancelled":
      return null;
  }
}
