/** Where a trace stands in its life, and a sentence on what is known of one that did not end well. */

import { counted, formatAge, formatClock } from "./format";

export const STATES = ["open", "finished", "idle", "stalled", "crashed"] as const;

export type TraceState = (typeof STATES)[number];

/** The badge: what the state is called and what it means. Finished needs none. */
export const STATE_WORDS: Record<TraceState, { word: string; hint: string }> = {
  open: { word: "running", hint: "Its root has not ended yet" },
  finished: { word: "", hint: "Its root has ended and nothing came after it" },
  idle: { word: "idle", hint: "Nothing new for a while, and its root has not ended" },
  stalled: { word: "stalled", hint: "Its process no longer reports that it is alive" },
  crashed: { word: "crashed", hint: "Its process is gone and left spans open" },
};

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
