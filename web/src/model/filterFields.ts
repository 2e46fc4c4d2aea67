/** The fields that a filter can name, in the order in which they are offered. */

import { KINDS, STATES, STATUSES } from "./kinds";

interface Named {
  name: string;
  hint: string;
  example: string;
}

/** Compared for equality; its values are listed by `/values` under `param`, or are `choices`. */
export interface Word extends Named {
  type: "word";
  param: WordParam;
  choices?: readonly string[];
}

export type WordParam =
  | "kind"
  | "status"
  | "state"
  | "model"
  | "provider"
  | "name"
  | "user"
  | "session"
  | "service"
  | "environment"
  | "tag"
  | "error_type";

/** Compared with > and <. */
export interface Comparable extends Named {
  type: "duration" | "money" | "count";
  min: string;
  max: string;
}

export type Field = Word | Comparable;

export const FIELDS: readonly Field[] = [
  word("status", "how it ended", "status:error", STATUSES),
  word("state", "where the trace is in its life", "state:stalled", STATES),
  word("kind", "what the span is", "kind:llm", KINDS),
  word("model", "requested or answering model", "model:gpt-4o"),
  word("name", "name of the span", "name:answer"),
  compared("latency", "duration", "how long it took", "latency>2s", "latency_ms"),
  compared("cost", "money", "US dollars", "cost>0.05", "cost"),
  compared("tokens", "count", "input and output together", "tokens>10k", "tokens"),
  word("provider", "who serves the model", "provider:openai"),
  word("user", "user id", "user:ann"),
  word("session", "session id", "session:s-17"),
  word("service", "service that sent it", "service:support-bot"),
  word("environment", "deployment environment", "environment:production"),
  word("tag", "one of its tags", "tag:beta"),
  word("error_type", "kind of error, as sent", "error_type:TimeoutError"),
];

export function fieldNamed(name: string): Field | null {
  return FIELDS.find((field) => field.name === name.toLowerCase()) ?? null;
}

/** The field that was probably meant: at most two edits away, or one that begins alike. */
export function nearestField(name: string): Field | null {
  const ranked = FIELDS.map((field) => ({ field, edits: distance(name.toLowerCase(), field.name) }))
    .filter(({ edits, field }) => edits <= 2 && edits < field.name.length - 1)
    .sort((a, b) => a.edits - b.edits);
  return (
    ranked[0]?.field ?? FIELDS.find((field) => field.name.startsWith(name.toLowerCase())) ?? null
  );
}

function word(name: WordParam, hint: string, example: string, choices?: readonly string[]): Word {
  return { type: "word", name, hint, example, param: name, ...(choices ? { choices } : {}) };
}

function compared(
  name: string,
  type: Comparable["type"],
  hint: string,
  example: string,
  param: string,
): Comparable {
  return { type, name, hint, example, min: `min_${param}`, max: `max_${param}` };
}

/** Levenshtein's edit distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replace));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
