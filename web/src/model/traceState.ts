/** Where a trace stands in its life, and a sentence on what is known of one that did not end well. */

import { counted, formatAge, formatClock } from "./format";
import type { Status } from "./kinds";

type TraceState = "open" | "finished" | "idle" | "stalled" | "crashed";

/** What the dot of a trace can show: how it ended or, before that, where it stands. */
export type Standing = Status | "idle" | "stalled";

/** How the trace ended once it is finished, else its state. */
export function standingOf({ status, state }: { status: Status; state?: TraceState }): Standing {
  return state === undefined || state === "finished" ? status : state;
}

interface Known {
  state: TraceState;
  /** When the server last heard of the trace; null when that is not known. */
  lastHeardMs: number | null;
  openSpans: number;
}

/** What is known of a trace that is not finished; null when there is nothing to say. */
export function stateSentence(
  { state, lastHeardMs, openSpans }: Known,
  nowMs: number,
): string | null {
  const left = openSpans === 0 ? "" : ` with ${counted(openSpans, "span")} open`;
  const at = lastHeardMs === null ? "" : ` at ${formatClock(lastHeardMs)}`;
  const forHow = lastHeardMs === null ? "a while" : formatAge(lastHeardMs, nowMs);
  switch (state) {
    case "crashed":
      return `The process went silent${at}${left} and did not come back. What had arrived is here.`;
    case "stalled":
      return `The process went silent${at}${left}. It may still come back.`;
    case "idle":
      return `Nothing new for ${forHow}${left}. Whether its process lives is not known.`;
    case "open":
    case "finished":
      return null;
  }
}
