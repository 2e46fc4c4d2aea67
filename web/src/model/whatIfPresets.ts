/** Questions that are asked often, each at the press of a key. */

import type { Tree } from "./tree";
import { type Change, PAUSE_NS, targetKind, targetSpan } from "./whatIfChanges";
import { pays, type SupposedSpan } from "./whatIfPlan";

export interface Preset {
  id: string;
  name: string;
  /** What it supposes, where it can be asked of this trace. */
  hint: string;
  /** Why it cannot. */
  lacks: string;
  change: Change | null;
}

const SLOW_RERANK = 10;
const SLOW_LLM = 3;
const TIMEOUT_S = 30;

/** The presets for a trace, in the order of their keys 1 to 4. */
export function presetsOf(tree: Tree<SupposedSpan>): Preset[] {
  const has = (kind: string) => tree.spans.some((span) => span.kind === kind);
  const tool = longest(tree.spans.filter(({ kind }) => kind === "tool"));
  const calls = tree.spans.filter(({ kind }) => kind === "llm");
  // Of a call that two libraries tell of, the one that is paid.
  const call = longest(calls.filter(pays)) ?? longest(calls);
  return [
    {
      id: "slow-rerank",
      name: "Slow rerank",
      hint: `Every reranking takes ${SLOW_RERANK} × as long`,
      lacks: "No reranker ran in this trace",
      change: has("reranker")
        ? { action: "scale", target: targetKind("reranker"), factor: SLOW_RERANK }
        : null,
    },
    {
      id: "slow-llm",
      name: "Slow LLM",
      hint: `Every model call takes ${SLOW_LLM} × as long`,
      lacks: "No model was called in this trace",
      change: call ? { action: "scale", target: targetKind("llm"), factor: SLOW_LLM } : null,
    },
    {
      id: "tool-timeout",
      name: "Tool timeout",
      hint: `The longest tool call times out after ${TIMEOUT_S} s`,
      lacks: "No tool was called in this trace",
      change: tool
        ? { action: "timeout", target: targetSpan(tool.span_id), after_ns: TIMEOUT_S * 1e9 }
        : null,
    },
    {
      id: "extra-retry",
      name: "Extra retry",
      hint: "The longest model call is made once more",
      lacks: "No model was called in this trace",
      change: call
        ? { action: "retry", target: targetSpan(call.span_id), times: 1, pause_ns: PAUSE_NS }
        : null,
    },
  ];
}

/** The changes with this one, or without it where it is among them. */
export function toggled(changes: readonly Change[], change: Change): Change[] {
  const rest = changes.filter((one) => !isSame(one, change));
  return rest.length < changes.length ? rest : [...changes, change];
}

/** Whether both suppose the same. */
export function isSame(one: Change, other: Change): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  const read = (change: Change, name: string) => change[name as keyof Change];
  return [...names].every((name) => read(one, name) === read(other, name));
}

function longest<S extends SupposedSpan>(spans: readonly S[]): S | undefined {
  return spans.toSorted((a, b) => (b.duration_ns ?? 0) - (a.duration_ns ?? 0))[0];
}
