/** The filter language: text → tokens → the API's parameters. */

import { FIELDS, type Field, fieldNamed, nearestField, type Word } from "./filterFields";
import { parseAmount } from "./filterAmounts";

export type Token =
  | { type: "term"; start: number; end: number; field: Field; operator: Operator; value: string }
  | { type: "text"; start: number; end: number; value: string }
  | { type: "error"; start: number; end: number; message: string };

type Operator = ":" | ">" | "<";

export interface Filter {
  tokens: Token[];
  /** Parameters of `/traces` and `/spans`; a field that is named twice means any of its values. */
  params: Record<string, string[]>;
  errors: FilterError[];
}

export interface FilterError {
  /** Counted from 1, as an editor would. */
  column: number;
  message: string;
}

export interface Completion {
  /** What the caret stands in, to be replaced. */
  start: number;
  end: number;
  prefix: string;
  /** The field whose value is being written; null while the field itself is. */
  field: Word | null;
}

const CLOSED = /"((?:[^"\\]|\\.)*)"/y;
const WORD = /[^\s"]+/y;
const HEAD = /([A-Za-z_]+)(:|>=|<=|>|<)/y;

/** Reads a whole filter; never throws, what cannot be read becomes an error token. */
export function parseFilter(text: string): Filter {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token);
    at = token.end;
  }
  return {
    tokens,
    params: paramsOf(tokens),
    errors: tokens.flatMap((token) =>
      token.type === "error" ? [{ column: token.start + 1, message: token.message }] : [],
    ),
  };
}

/** A value as it can stand in a filter: in quotes when it holds a blank or a quote. */
export function quoted(value: string): string {
  return /^[^\s"]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** What can be completed at the caret: the beginning of a field name, or a field's value. */
export function completionAt(text: string, caret: number): Completion | null {
  const start = text.slice(0, caret).search(/(?:[A-Za-z_]+:"[^"]*|\S*)$/);
  const written = text.slice(start, caret);
  const head = /^([A-Za-z_]+):"?/.exec(written);
  if (head) {
    const field = fieldNamed(head[1] ?? "");
    if (field?.type !== "word") return null;
    return {
      start: start + (head[1] ?? "").length + 1,
      end: caret,
      prefix: written.slice(head[0].length),
      field,
    };
  }
  if (!/^[A-Za-z_]*$/.test(written)) return null;
  return { start, end: caret, prefix: written, field: null };
}

/** Fields whose name begins with `prefix`, in their order of use. */
export function fieldsLike(prefix: string): Field[] {
  return FIELDS.filter((field) => field.name.startsWith(prefix.toLowerCase()));
}

function readToken(text: string, start: number): Token {
  const head = matchAt(HEAD, text, start);
  if (!head) return readText(text, start);
  const [whole, name = "", sign = ""] = head;
  const valueStart = start + whole.length;
  const value = readValue(text, valueStart);
  const fail = (message: string): Token => ({ type: "error", start, end: value.end, message });
  if (value.unclosed) return fail("the quote is not closed");
  const field = fieldNamed(name);
  if (!field) return fail(unknownField(name));
  if (value.text === "") return fail(`${field.name} needs a value, for example ${field.example}`);
  const problem = misuse(field, sign, value.text);
  if (problem !== null) return fail(problem);
  const operator = sign.startsWith(">") ? ">" : sign.startsWith("<") ? "<" : ":";
  return { type: "term", start, end: value.end, field, operator, value: value.text };
}

const NOT_YET = /^(?:-[A-Za-z_]+[:<>].*|AND|OR|NOT)$/;

function readText(text: string, start: number): Token {
  const { text: value, end, unclosed } = readValue(text, start);
  if (unclosed) return { type: "error", start, end, message: "the quote is not closed" };
  // Taken for a word to search, it would find nothing and not say why.
  if (text.charAt(start) !== '"' && NOT_YET.test(value)) {
    const message = `"${value}": leaving out, AND and OR are not possible yet`;
    return { type: "error", start, end, message };
  }
  return { type: "text", start, end, value };
}

function readValue(text: string, start: number): { text: string; end: number; unclosed: boolean } {
  if (text.charAt(start) === '"') {
    const closed = matchAt(CLOSED, text, start);
    if (!closed) return { text: "", end: text.length, unclosed: true };
    return {
      text: (closed[1] ?? "").replaceAll(/\\(.)/g, "$1"),
      end: start + closed[0].length,
      unclosed: false,
    };
  }
  const word = matchAt(WORD, text, start)?.[0] ?? "";
  return { text: word, end: start + word.length, unclosed: false };
}

/** Why the field does not take this operator or value; null when it does. */
function misuse(field: Field, sign: string, value: string): string | null {
  if (field.type === "word") {
    if (sign !== ":") return `${field.name} takes a colon: ${field.example}`;
    if (field.choices && !field.choices.includes(value)) {
      return `${field.name} is one of ${field.choices.join(", ")}`;
    }
    return null;
  }
  if (sign === ":") return `${field.name} is compared with > or <: ${field.example}`;
  if (parseAmount(field.type, value) === null) {
    return `"${value}" is not ${AMOUNT_NAMES[field.type]}: ${field.example}`;
  }
  return null;
}

const AMOUNT_NAMES = { duration: "a duration", money: "an amount", count: "a number" } as const;

function unknownField(name: string): string {
  const near = nearestField(name);
  return near ? `no field "${name}"; did you mean ${near.name}?` : `no field "${name}"`;
}

function paramsOf(tokens: Token[]): Record<string, string[]> {
  const params: Record<string, string[]> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.type === "text") {
      words.push(/\s/.test(token.value) ? `"${token.value}"` : token.value);
    } else if (token.type === "term") {
      const { field, operator, value } = token;
      if (field.type === "word") {
        (params[field.param] ??= []).push(value);
      } else {
        const amount = parseAmount(field.type, value);
        params[operator === ">" ? field.min : field.max] = [amount ?? value];
      }
    }
  }
  if (words.length > 0) params.q = [words.join(" ")];
  return params;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
