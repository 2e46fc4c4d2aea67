/** What can be supposed of a trace, in the words of the API, and how an address says it. */

import type { Kind } from "./kinds";

/** `span:<id>`, `kind:<kind>` or `name:<name>`: one span, or all that are such. */
export type Target = `${"span" | "kind" | "name"}:${string}`;

export type Change =
  | { action: "scale"; target: Target; factor: number }
  | { action: "timeout"; target: Target; after_ns: number }
  | { action: "retry"; target: Target; times: number; pause_ns: number }
  | { action: "remove"; target: Target }
  | { action: "parallel"; target: Target }
  | { action: "model"; target: Target; provider: string; model: string };

export type Action = Change["action"];

/** The clients of OpenAI and Anthropic wait so long before a second attempt, and twice as long before the next. */
export const PAUSE_NS = 5e8;
/** As the API does: more changes cannot be read by anybody. */
export const MOST_CHANGES = 20;
/** The API's bounds. */
export const BOUNDS = {
  scale: { least: 0.001, most: 1000 },
  timeout: { least: 0.001, most: 86_400 },
  retry: { least: 1, most: 20 },
} as const;

export function targetSpan(spanId: string): Target {
  return `span:${spanId}`;
}

export function targetKind(kind: Kind): Target {
  return `kind:${kind}`;
}

/** The two halves of a target. */
export function partsOf(target: Target): { by: string; value: string } {
  const at = target.indexOf(":");
  return { by: target.slice(0, at), value: target.slice(at + 1) };
}

/** Under which name {@link Change} of the model asks for facts. */
export function modelKey(provider: string, model: string): string {
  return provider === "" ? model : `${provider}/${model}`;
}

/** The changes as an address holds them: `scale:3:kind:llm;retry:1:span:4f2a`. */
export function changesText(changes: readonly Change[]): string {
  return changes
    .map((change) => {
      const { by, value } = partsOf(change.target);
      return [change.action, amountText(change), by, encodeURIComponent(value)].join(":");
    })
    .join(";");
}

/** The changes that an address names; what cannot be read is left out. */
export function parseChanges(text: string | undefined): Change[] {
  const found = (text ?? "").split(";").flatMap((one) => parseChange(one) ?? []);
  return found.slice(0, MOST_CHANGES);
}

function amountText(change: Change): string {
  switch (change.action) {
    case "scale":
      return String(change.factor);
    case "timeout":
      return String(change.after_ns / 1e9);
    case "retry":
      return String(change.times);
    case "model":
      return [change.provider, change.model].map(encodeURIComponent).join(",");
    case "remove":
    case "parallel":
      return "";
  }
}

function parseChange(text: string): Change | null {
  const [action = "", amount = "", by = "", value = ""] = text.split(":");
  const target = targetOf(by, decoded(value));
  if (target === null) return null;
  return changeOf(action, target, amount, (names) => {
    const [provider = "", model = ""] = names.split(",").map(decoded);
    return { provider, model };
  });
}

/** A change from its parts as they are typed; null where there is no such action, or the amount cannot be. */
export function changeOf(
  action: string,
  target: Target,
  amount: string,
  modelOf: (text: string) => { provider: string; model: string },
): Change | null {
  switch (action) {
    case "scale":
      return withNumber(amount, BOUNDS.scale, (factor) => ({ action, target, factor }));
    case "timeout":
      return withNumber(amount, BOUNDS.timeout, (s) => ({ action, target, after_ns: s * 1e9 }));
    case "retry":
      return withNumber(amount, BOUNDS.retry, (times) => ({
        ...{ action, target, pause_ns: PAUSE_NS },
        times: Math.round(times),
      }));
    case "remove":
    case "parallel":
      return { action, target };
    case "model": {
      const named = modelOf(amount);
      return named.model === "" ? null : { action, target, ...named };
    }
    default:
      return null;
  }
}

function targetOf(by: string, value: string): Target | null {
  if (value === "" || (by !== "span" && by !== "kind" && by !== "name")) return null;
  return `${by}:${value}`;
}

function withNumber(
  text: string,
  { least, most }: { least: number; most: number },
  made: (amount: number) => Change,
): Change | null {
  const amount = Number(text);
  return text !== "" && amount >= least && amount <= most ? made(amount) : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
