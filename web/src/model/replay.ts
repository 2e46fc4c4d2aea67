/** A trace as steps in the order of time: what a play head goes through, and how long it rests at each. */

import { failed } from "./kinds";
import type { Groups } from "./rows";
import { type Entry, type TranscriptSpan, transcriptOf } from "./transcript";
import { endOf, type Tree } from "./tree";

export interface ReplayStep {
  position: number;
  /** From the start of the trace. */
  atNs: number;
  /** What holds others is told when it begins, the rest when all of it is known. */
  phase: "begins" | "ends";
  type: Entry["type"];
  /** How many steps it is inside of. */
  level: number;
  /** Of a call: the position of the call that it goes on from, -1 without. */
  before: number;
}

/** The steps in the order of time. The end of a trace's roots and of its agents is told, too. */
export function replaySteps(tree: Tree<TranscriptSpan>, groups: Groups): ReplayStep[] {
  const steps: ReplayStep[] = [];
  for (const entry of transcriptOf(tree, groups)) {
    const span = tree.spans[entry.position];
    if (!span) continue;
    const begins = { ...entry, atNs: span.start_offset_ns, phase: "begins" } as const;
    const ends = { ...entry, atNs: endOf(tree, span), phase: "ends" } as const;
    if (entry.type !== "step") {
      steps.push(ends);
      continue;
    }
    steps.push(begins);
    const isTold = span.kind === "agent" || entry.level === 0 || failed(span.status);
    if (isTold && span.duration_ns !== null) steps.push(ends);
  }
  return steps.sort(inTime);
}

/** At one moment what is inside begins after what holds it, and ends before it. */
function inTime(one: ReplayStep, other: ReplayStep): number {
  if (one.atNs !== other.atNs) return one.atNs - other.atNs;
  const [isOne, isOther] = [one, other].map(
    ({ phase, type }) => phase === "ends" && type === "step",
  );
  if (isOne && isOther) return other.position - one.position;
  if (isOne || isOther) return isOne ? 1 : -1;
  return one.position - other.position;
}

const LEAST_MS = 700;
const MOST_MS = 3000;

/** How long to rest at a step until the next: as long as it took, but long enough to read and never boring. */
export function restMs(steps: readonly ReplayStep[], at: number, speed: number): number {
  const startNs = steps[at]?.atNs ?? 0;
  const tookMs = ((steps[at + 1]?.atNs ?? startNs) - startNs) / 1e6;
  return Math.min(Math.max(tookMs, LEAST_MS), MOST_MS) / speed;
}

/** The steps at which something failed. */
export function failures(tree: Tree<TranscriptSpan>, steps: readonly ReplayStep[]): number[] {
  return steps.flatMap(({ position, phase }, at) => {
    const span = tree.spans[position];
    return span && phase === "ends" && failed(span.status) ? [at] : [];
  });
}

/** The step that tells of a span: its own, else the first after it began. */
export function stepOf(
  tree: Tree<TranscriptSpan>,
  steps: readonly ReplayStep[],
  position: number,
): number {
  const own = steps.findIndex((step) => step.position === position);
  if (own >= 0) return own;
  const startNs = tree.spans[position]?.start_offset_ns ?? 0;
  const later = steps.findIndex(({ atNs }) => atNs >= startNs);
  return later < 0 ? steps.length - 1 : later;
}

/** The step that an address means: the one it names, or that of the span it names, where this is another's. */
export function stepFor(
  tree: Tree<TranscriptSpan>,
  steps: readonly ReplayStep[],
  text: string | undefined,
  spanId: string | undefined,
): number {
  const at = stepAt(text, steps);
  const position = tree.positionOf(spanId ?? "");
  return position < 0 || steps[at]?.position === position ? at : stepOf(tree, steps, position);
}

/** The step of a number, counted from one; the first without. */
export function stepAt(text: string | undefined, steps: readonly ReplayStep[]): number {
  const number = Number.parseInt(text ?? "1", 10);
  return Math.min(
    Math.max((Number.isNaN(number) ? 1 : number) - 1, 0),
    Math.max(steps.length - 1, 0),
  );
}
