/** A price entry on its way through a form: texts for every class that has a field. */

interface Entry {
  id: string;
  model: string;
  provider: string;
  since: string | null;
  prices: Record<string, string>;
}

export interface FormState {
  id: string;
  model: string;
  provider: string;
  since: string;
  /** Class and price, in the order of their fields. */
  fields: readonly (readonly [string, string])[];
}

/** The classes that most models have a price of. */
const USUAL = ["input", "cache_read", "output"];

const EMPTY: Entry = { id: "", model: "", provider: "", since: null, prices: {} };

/** The form of an entry, or an empty one. */
export function formOf(entry: Entry | null): FormState {
  const { id, model, provider, since, prices } = entry ?? EMPTY;
  const others = Object.keys(prices).filter((name) => !USUAL.includes(name));
  return {
    id,
    model,
    provider,
    since: since ?? "",
    fields: [...USUAL, ...others].map((name) => [name, prices[name] ?? ""] as const),
  };
}

/** What is stored: the fields that hold something. */
export function entryOf(form: FormState): Entry {
  const filled = form.fields.filter(([, text]) => text.trim() !== "");
  return {
    id: form.id,
    model: form.model.trim(),
    provider: form.provider.trim(),
    since: form.since === "" ? null : form.since,
    prices: Object.fromEntries(
      filled.map(([name, text]) => [name, text.trim().replace(/^\$/, "").replace(",", ".")]),
    ),
  };
}

/** The form with another price, or another field. */
export function withPrice(form: FormState, name: string, text: string): FormState {
  const isThere = form.fields.some(([held]) => held === name);
  return {
    ...form,
    fields: isThere
      ? form.fields.map((field) => (field[0] === name ? ([name, text] as const) : field))
      : [...form.fields, [name, text] as const],
  };
}

/** `cache_write_1h` as a person says it. */
export function className(name: string): string {
  return name.replaceAll("_", " ");
}
