/** The terms of a filter that stand side by side, to add one, take one away, or ask without one. */

import { quoted } from "./filter";

/**
 * The terms at the top level, all of which must hold; a filter with an OR there is one term.
 *
 * Quotes and parentheses keep together what stands in them; NOT belongs to what it negates.
 */
export function termsOf(text: string): string[] {
  const words = wordsOf(text);
  if (words.includes("OR")) return [text.trim()];
  const terms: string[] = [];
  let negation = "";
  for (const word of words) {
    if (word === "NOT") negation += "NOT ";
    else if (word !== "AND") {
      terms.push(negation + word);
      negation = "";
    }
  }
  return terms;
}

/** Whether the filter asks for this value of the field, leaves it out, or neither. */
export function facetState(text: string, field: string, value: string): "in" | "out" | null {
  const terms = termsOf(text);
  if (terms.includes(`-${termFor(field, value)}`)) return "out";
  return terms.some((term) => valuesOf(term, field)?.includes(quoted(value))) ? "in" : null;
}

/** With the value asked for beside others of its field, or no longer when it was. */
export function withFacet(text: string, field: string, value: string): string {
  const terms = termsOf(text).filter((term) => term !== `-${termFor(field, value)}`);
  const at = terms.findIndex((term) => valuesOf(term, field) !== null);
  if (at < 0) return joined(terms, termFor(field, value));
  const word = quoted(value);
  const known = valuesOf(terms[at] ?? "", field) ?? [];
  const values = known.includes(word) ? known.filter((each) => each !== word) : [...known, word];
  return joined(terms.slice(0, at), anyOf(field, values), ...terms.slice(at + 1));
}

/** With the value left out, or no longer when it was. */
export function withoutFacet(text: string, field: string, value: string): string {
  const exclusion = `-${termFor(field, value)}`;
  const asked = facetState(text, field, value) === "in" ? withFacet(text, field, value) : text;
  const terms = termsOf(asked);
  return terms.includes(exclusion)
    ? joined(terms.filter((term) => term !== exclusion))
    : joined(terms, exclusion);
}

/** `user:ann`, quoted where the value needs it. */
export function termFor(field: string, value: string): string {
  return `${field}:${quoted(value)}`;
}

/** Both filters at once. */
export function bothOf(text: string, other: string): string {
  return [text, other]
    .filter((each) => each.trim() !== "")
    .map((each) => (wordsOf(each).includes("OR") ? `(${each.trim()})` : each.trim()))
    .join(" ");
}

/** The values of `field:a` or `field:(a OR b)` as written; null for any other term. */
function valuesOf(term: string, field: string): string[] | null {
  if (!term.startsWith(`${field}:`)) return null;
  const value = term.slice(field.length + 1);
  if (!value.startsWith("(")) return [value];
  const words = wordsOf(value.slice(1, -1));
  const isList = words.every((word, at) => (at % 2 === 1) === (word === "OR"));
  return isList ? words.filter((_, at) => at % 2 === 0) : null;
}

function anyOf(field: string, values: readonly string[]): string {
  const [first = ""] = values;
  if (values.length === 0) return "";
  return values.length === 1 ? `${field}:${first}` : `${field}:(${values.join(" OR ")})`;
}

/** Terms side by side; a filter with an OR among them is put in parentheses. */
function joined(...parts: (string | readonly string[])[]): string {
  const terms = parts.flat().filter((term) => term !== "");
  if (terms.length < 2) return terms.join("");
  return terms.map((term) => (wordsOf(term).includes("OR") ? `(${term})` : term)).join(" ");
}

const ATOM = /"(?:\\.|[^"\\])*"?|[()]|\s+|[^\s"()]+/gs;

function wordsOf(text: string): string[] {
  const words: string[] = [];
  let word = "";
  let depth = 0;
  for (const [atom] of text.matchAll(ATOM)) {
    depth += atom === "(" ? 1 : atom === ")" ? -1 : 0;
    if (depth > 0 || atom.trim() !== "") word += atom;
    else {
      if (word !== "") words.push(word);
      word = "";
    }
  }
  return word === "" ? words : [...words, word];
}
