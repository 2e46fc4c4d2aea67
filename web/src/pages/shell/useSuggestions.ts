import { useQuery } from "@tanstack/react-query";
import { valuesQuery } from "../../api/values";
import { type Completion, fieldsLike, quoted } from "../../model/filter";
import type { Field } from "../../model/filterFields";
import type { Range } from "../../model/range";

export interface Suggestion {
  /** What replaces the text being completed. */
  text: string;
  label: string;
  note: string;
}

const MOST = 10;

/** What fits at the caret: fields from the language, values from the server. */
export function useSuggestions(
  project: string,
  range: Range,
  completion: Completion | null,
): Suggestion[] {
  const { field = null, prefix = "" } = completion ?? {};
  const values = useQuery({
    ...valuesQuery(project, range, field?.param ?? "name", prefix),
    enabled: field !== null,
  });
  if (!completion) return [];
  if (!field) return fieldsLike(prefix).map(fieldSuggestion);
  return valueSuggestions(values.data ?? [], field.choices ?? [], prefix);
}

function valueSuggestions(
  known: readonly { value: string; count: number }[],
  choices: readonly string[],
  prefix: string,
): Suggestion[] {
  const counts = new Map(known.map(({ value, count }) => [value, count]));
  const fitting = choices.filter((choice) => choice.startsWith(prefix));
  const all = [...new Set([...counts.keys(), ...fitting])];
  const isComplete = all.length === 1 && all[0] === prefix;
  if (isComplete) return [];
  return all.slice(0, MOST).map((value) => ({
    text: `${quoted(value)} `,
    label: value,
    note: String(counts.get(value) ?? ""),
  }));
}

function fieldSuggestion({ name, type, hint }: Field): Suggestion {
  const text = name + (type === "word" ? ":" : ">");
  return { text, label: text, note: hint };
}
