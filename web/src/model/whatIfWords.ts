/** Changes in words. */

import { counted, formatDuration, nameOr } from "./format";
import type { Tree } from "./tree";
import { type Action, type Change, partsOf, type Target } from "./whatIfChanges";
import { matches, type SupposedSpan } from "./whatIfPlan";

/** What can be supposed, as the middle of a sentence: "let *chat* …". */
export const ACTIONS: readonly { action: Action; says: string; unit: string }[] = [
  { action: "scale", says: "take longer or shorter", unit: "times as long" },
  { action: "timeout", says: "time out", unit: "seconds" },
  { action: "retry", says: "be tried again", unit: "times more" },
  { action: "parallel", says: "run beside its neighbours", unit: "" },
  { action: "remove", says: "not be there", unit: "" },
  { action: "model", says: "run on another model", unit: "" },
];

/** Whom a target means: the name of a span, "every llm", "every find". */
function targetWords(tree: Tree<SupposedSpan>, target: Target): string {
  const { by, value } = partsOf(target);
  if (by !== "span") return `every ${value}`;
  const span = tree.spans[tree.positionOf(value)];
  return span ? nameOr(span.name, span.span_id) : `span ${value.slice(0, 8)}`;
}

/** "chat takes 3 × as long", "every tool side by side". */
export function changeWords(tree: Tree<SupposedSpan>, change: Change): string {
  const who = targetWords(tree, change.target);
  switch (change.action) {
    case "scale":
      return `${who} takes ${change.factor} × as long`;
    case "timeout":
      return `${who} times out after ${formatDuration(change.after_ns)}`;
    case "retry":
      return `${who} is tried ${counted(change.times, "more time")}`;
    case "remove":
      return `${who} is not there`;
    case "parallel":
      return `${who} beside its neighbours`;
    case "model":
      return `${who} on ${change.model}`;
  }
}

/** Whom a selected span can stand for: itself, all of its name, all of its kind. */
export function targetsFor(
  tree: Tree<SupposedSpan>,
  span: SupposedSpan,
): { target: Target; says: string }[] {
  const name = nameOr(span.name, span.span_id);
  const alike = [
    { target: `name:${span.name}` as const, says: `every ${name}` },
    { target: `kind:${span.kind}` as const, says: `every ${span.kind}` },
  ]
    .map((one) => ({ ...one, count: matches(tree, one.target).length }))
    .filter(({ count }) => count > 1)
    .map(({ target, says, count }) => ({ target, says: `${says} (${count})` }));
  return [{ target: `span:${span.span_id}`, says: name }, ...alike];
}
