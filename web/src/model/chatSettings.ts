/** Parameters of a conversation as a form holds them, and how much of it goes along with each question. */

export type Parameters = Record<string, unknown>;

/** The parameters that have a field; the provider's own value holds while it is empty. */
export const PARAMETERS = [
  { name: "temperature", label: "Temperature", hint: "provider’s" },
  { name: "max_tokens", label: "Most tokens", hint: "provider’s" },
  { name: "top_p", label: "Top p", hint: "provider’s" },
] as const;

export type ContextKind = "all" | "turns" | "tokens";

export interface ContextRule {
  kind: ContextKind;
  /** Of turns or tokens; zero for all. */
  count: number;
}

interface ContextText {
  name: string;
  label: string;
  note: string;
  /** What it begins with. */
  count: number;
}

export const CONTEXTS: Record<ContextKind, ContextText> = {
  all: { name: "Everything", label: "", note: "The whole path goes along.", count: 0 },
  turns: {
    name: "Last turns",
    label: "Number of turns",
    note: "turns go along; the system prompt always does.",
    count: 10,
  },
  tokens: {
    name: "Token budget",
    label: "Number of tokens",
    note: "tokens at most, counted roughly, the newest first.",
    count: 8000,
  },
};

/** The texts of the fields. */
export function parameterTexts(parameters: Parameters): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { name } of PARAMETERS) {
    const value = parameters[name];
    if (typeof value === "number") texts[name] = String(value);
  }
  return texts;
}

/** The parameters with what the fields say; those without a field stay. Null when a field is no number. */
export function parametersOf(
  before: Parameters,
  texts: Readonly<Record<string, string>>,
): Parameters | null {
  const fields: readonly string[] = PARAMETERS.map(({ name }) => name);
  const parameters = Object.fromEntries(
    Object.entries(before).filter(([name]) => !fields.includes(name)),
  );
  for (const name of fields) {
    const text = (texts[name] ?? "").trim().replace(",", ".");
    if (text === "") continue;
    const value = Number(text);
    if (!Number.isFinite(value)) return null;
    parameters[name] = value;
  }
  return parameters;
}

/** A rule of a form; null when its count is no whole number above zero. */
export function contextOf(kind: ContextKind, text: string): ContextRule | null {
  if (kind === "all") return { kind, count: 0 };
  const count = Number(text);
  return Number.isInteger(count) && count > 0 ? { kind, count } : null;
}
