/** What is taken for granted when something is supposed of a trace; the sentences of query/whatif.py. */

import { type Action, type Change, modelKey } from "./whatIfChanges";
import type { Facts } from "./whatIfPlan";

const ALWAYS =
  "A span waits for what had ended when it began; what its parent did in between takes as long as it did.";

const ASSUMED: Record<Action, string> = {
  scale: "A slower span is slower in all that it does.",
  timeout: "A call that times out costs what it did, and what follows goes on as before.",
  retry: "Each attempt takes as long and costs as much as the call did.",
  remove: "What follows goes on as before, without what is gone.",
  parallel: "What runs side by side is not slower for it.",
  model: "Another model answers in as many tokens, with as many of the input cached.",
};

export function assumptionsOf(changes: readonly Change[], facts: Facts): string[] {
  const said = [ALWAYS, ...new Set(changes.map(({ action }) => ASSUMED[action]))];
  for (const change of changes) {
    const known =
      change.action === "model" ? facts.get(modelKey(change.provider, change.model)) : undefined;
    if (change.action !== "model" || !known) continue;
    if (known.tokens_per_s === null) {
      said.push(`${change.model} was not called here lately: its calls take as long as they did.`);
    }
    if (Object.values(known.costs).includes(null)) {
      said.push(`Nobody knows what some calls would cost on ${change.model}.`);
    }
  }
  return said;
}
