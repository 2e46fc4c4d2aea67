/** What can be offered while a filter is written, from the fields and values that the server knows. */

import { type Completion, quoted } from "./filter";

export interface FilterField {
  name: string;
  aliases: readonly string[];
  type: string;
  of: readonly string[];
  hint: string;
  example: string;
  choices: readonly string[];
}

export interface Suggestion {
  /** What replaces the text being completed. */
  text: string;
  label: string;
  note: string;
}

const MOST = 10;
const LISTED = ["word", "attribute"];
const KEYWORDS: readonly Suggestion[] = [
  { text: "OR ", label: "OR", note: "any of the two" },
  { text: "AND ", label: "AND", note: "both, as side by side" },
  { text: "NOT ", label: "NOT", note: "what the next does not hold for; also -" },
];
/** What follows the name of a field of each type; a colon behind all others. */
const BEHIND: Readonly<Record<string, string>> = {
  duration: ">",
  money: ">",
  count: ">",
  number: ">",
  share: ">",
  attribute: '["',
  score: ".",
};

function fieldNamed(fields: readonly FilterField[], name: string): FilterField | null {
  return fields.find((field) => field.name === name || field.aliases.includes(name)) ?? null;
}

interface Value {
  value: string;
  count: number;
}

/** The question for values behind a completion; null where the server has none. */
export function valueQuestion(fields: readonly FilterField[], completion: Completion | null) {
  if (!completion || completion.asks.type === "field") return null;
  const { asks, prefix } = completion;
  const field = fieldNamed(fields, asks.field);
  if (!field || !LISTED.includes(field.type)) return null;
  return { field: field.name, key: asks.type === "value" ? asks.key : "", prefix };
}

/** What fits at the caret; `known` are the values that the server found. */
export function suggestionsFor(
  fields: readonly FilterField[],
  completion: Completion | null,
  known: readonly Value[],
): Suggestion[] {
  if (!completion) return [];
  const { asks, prefix } = completion;
  if (asks.type === "field") return fieldSuggestions(fields, prefix, asks.scope);
  if (asks.type === "key") return keySuggestions(known);
  const field = fieldNamed(fields, asks.field);
  return field ? valueSuggestions(known, choicesOf(fields, field), prefix) : [];
}

/** Fields that begin with what is written, and the words between terms where capitals are. */
function fieldSuggestions(
  fields: readonly FilterField[],
  prefix: string,
  scope: string,
): Suggestion[] {
  const written = prefix.toLowerCase();
  const of = scope === "trace" ? "trace" : "span";
  const fitting = fields.filter(({ name, aliases, type, of: rows }) =>
    type !== "presence" || name === "has"
      ? [name, ...aliases].some((one) => one.startsWith(written)) &&
        (scope === "" || rows.includes(of) || name === "has")
      : false,
  );
  const words = prefix === "" ? [] : KEYWORDS.filter(({ label }) => label.startsWith(prefix));
  return [...words, ...fitting.slice(0, MOST).map(fieldSuggestion)];
}

/** Values that begin with what is written: those that were seen, then those that there are. */
function valueSuggestions(
  known: readonly Value[],
  choices: readonly string[],
  prefix: string,
): Suggestion[] {
  const counts = new Map(known.map(({ value, count }) => [value, count]));
  const fitting = choices.filter((choice) => choice.startsWith(prefix.toLowerCase()));
  const all = [...new Set([...counts.keys(), ...fitting])];
  const isComplete = all.length === 1 && all[0] === prefix;
  if (isComplete) return [];
  return all.slice(0, MOST).map((value) => ({
    text: `${quoted(value)} `,
    label: value,
    note: String(counts.get(value) ?? ""),
  }));
}

/** The keys of attributes; the operator is still to be written. */
function keySuggestions(known: readonly Value[]): Suggestion[] {
  return known.slice(0, MOST).map(({ value, count }) => ({
    text: `${value.replaceAll(/["\\]/g, "\\$&")}"]`,
    label: value,
    note: String(count),
  }));
}

/** What a field can be compared with where the server need not be asked. */
function choicesOf(fields: readonly FilterField[], field: FilterField): readonly string[] {
  if (field.name === "has") return fields.map(({ name }) => name).filter((name) => name !== "has");
  return field.type === "flag" ? ["true", "false"] : field.choices;
}

function fieldSuggestion({ name, type, hint }: FilterField): Suggestion {
  const text = name + (BEHIND[type] ?? ":");
  return { text, label: text, note: hint };
}
