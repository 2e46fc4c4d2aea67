/** The filter's text as tokens, for colours and completion; what it means, the server says. */

export interface Token {
  kind: TokenKind;
  text: string;
  /** Where it stands in the text, in UTF-16 units as the browser counts. */
  start: number;
  end: number;
}

type TokenKind =
  "open" | "close" | "and" | "or" | "not" | "field" | "operator" | "word" | "quoted" | "error";

/** A mistake as the server tells it: where, what, and what was probably meant. */
export interface FilterProblem {
  message: string;
  start: number;
  end: number;
}

/** What can be completed at the caret: `prefix` is what stands there, `start` to `end`, to be replaced. */
export interface Completion {
  start: number;
  end: number;
  prefix: string;
  asks: Asks;
}

type Asks =
  | { type: "field"; scope: string }
  | { type: "value"; field: string; key: string }
  | { type: "key"; field: string };

// query/lexer.py has the same expressions; filterCases.json holds both to the same tokens.
const KEY = String.raw`\["(?:[^"\\]|\\.)*"\]`;
const OPERATOR = "!=|<=|>=|[:=<>]";
const QUOTED = String.raw`(?<quoted>"(?:[^"\\]|\\.)*")|(?<error>".*)`;
const TOKEN = new RegExp(
  [
    String.raw`(?<open>\()|(?<close>\))`,
    QUOTED,
    String.raw`(?<not>-(?=\S))`,
    String.raw`(?<field>[^\s"()\[\]:=<>!]+(?:${KEY})?(?=${OPERATOR}))`,
    `(?<operator>${OPERATOR})`,
    String.raw`(?<word>[^\s"()]+)`,
  ].join("|"),
  "suy",
);
const VALUE = new RegExp(
  [String.raw`(?<open>\()`, QUOTED, String.raw`(?<word>[^\s"()\[]+${KEY}|[^\s"()]+)`].join("|"),
  "suy",
);
const BLANK = /\s*/uy;
const KEYWORDS = new Map<string, TokenKind>([
  ["AND", "and"],
  ["OR", "or"],
  ["NOT", "not"],
]);

/** All tokens of a text; whatever it is, they cover all of it but blanks. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = skip(text, 0);
  while (at < text.length) {
    const before = tokens.at(-1);
    const token = next(text, at, before?.kind === "operator" && before.end === at);
    tokens.push(token);
    at = skip(text, token.end);
  }
  return tokens;
}

/** A value as it can stand in a filter: in quotes where it would mean something else. */
export function quoted(value: string): string {
  if (/^[^\s"()[\]*]+$/.test(value)) return value;
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** Where the server's column and length, counted in characters, lie in the text. */
export function problemAt(
  text: string,
  { message, column, length }: { message: string; column: number; length: number },
): FilterProblem {
  const characters = Array.from(text);
  const start = characters.slice(0, column - 1).join("").length;
  const end = characters.slice(0, column - 1 + length).join("").length;
  return { message, start, end };
}

/** What can be completed at the caret; null where a number or a phrase is written. */
export function completionAt(text: string, caret: number): Completion | null {
  const tokens = tokensOf(text.slice(0, caret));
  const last = tokens.at(-1);
  if (!last || last.end < caret || opensMore(last)) {
    return { start: caret, end: caret, prefix: "", asks: asksFor(groupHead(tokens)) };
  }
  const key = keyAt(tokens);
  if (key) return { ...key, end: caret };
  const head = valueHead(tokens) ?? groupHead(tokens.slice(0, -1));
  return head ? valueAt(last, head) : fieldAt(last);
}

function opensMore({ kind, text }: Token): boolean {
  return kind === "open" || kind === "not" || text === "-";
}

function skip(text: string, at: number): number {
  BLANK.lastIndex = at;
  return at + (BLANK.exec(text)?.[0].length ?? 0);
}

function next(text: string, at: number, isValue: boolean): Token {
  VALUE.lastIndex = at;
  TOKEN.lastIndex = at;
  const found = (isValue ? VALUE.exec(text) : null) ?? TOKEN.exec(text);
  const written = found ? found[0] : text.slice(at);
  const keyword = isValue ? undefined : KEYWORDS.get(written);
  return { kind: keyword ?? kindOf(found), text: written, start: at, end: at + written.length };
}

function kindOf(found: RegExpExecArray | null): TokenKind {
  const groups = Object.entries(found?.groups ?? {}) as [TokenKind, string | undefined][];
  return groups.find(([, group]) => group !== undefined)?.[0] ?? "error";
}

/** The field before the parentheses that are open. */
function groupHead(tokens: readonly Token[]): Token | null {
  const groups: (Token | null)[] = [];
  tokens.forEach((token, index) => {
    if (token.kind === "close") groups.pop();
    if (token.kind !== "open") return;
    const operator = tokens[index - 1];
    const isHeaded = operator?.kind === "operator" && operator.end === token.start;
    groups.push((isHeaded ? tokens[index - 2] : groups.at(-1)) ?? null);
  });
  return groups.at(-1) ?? null;
}

/** The field of the value that is being written, where it stands right behind its operator. */
function valueHead(tokens: readonly Token[]): Token | null {
  const [last, second, first] = [tokens.at(-1), tokens.at(-2), tokens.at(-3)];
  const pairs = [
    [second, last, last?.end],
    [first, second, last?.start],
  ] as const;
  const found = pairs.find(
    ([field, operator, end]) =>
      field?.kind === "field" && operator?.kind === "operator" && operator.end === end,
  );
  return found?.[0] ?? null;
}

function valueAt(last: Token, head: Token): Completion | null {
  const { kind, text, start, end } = last;
  const asks = asksFor(head);
  if (kind === "operator") return { start: end, end, prefix: "", asks };
  if (kind !== "word" && kind !== "error") return null;
  return { start, end, prefix: text.startsWith('"') ? text.slice(1) : text, asks };
}

const SCOPE = /^(span|trace|root)\./iu;

function fieldAt({ kind, text, start, end }: Token): Completion | null {
  if (kind !== "word") return null;
  const [dotted = "", scope = ""] = SCOPE.exec(text) ?? [];
  const asks: Asks = { type: "field", scope: scope.toLowerCase() };
  return { start: start + dotted.length, end, prefix: text.slice(dotted.length), asks };
}

const HEAD = /^(?:(?:span|trace|root)\.)?([^[]*)(?:\["(.*)"\])?$/isu;

function asksFor(head: Token | null): Asks {
  if (!head) return { type: "field", scope: "" };
  const [, field = "", key = ""] = HEAD.exec(head.text) ?? [];
  return { type: "value", field: field.toLowerCase(), key: key.replaceAll(/\\(["\\])/g, "$1") };
}

/** `attr["app` is a word and a quote that is not closed yet. */
function keyAt(tokens: readonly Token[]): Omit<Completion, "end"> | null {
  const [word, quote] = tokens.slice(-2);
  const [, field] = /(?:^|\.)(attr|resource)\[$/i.exec(word?.text ?? "") ?? [];
  if (field === undefined || quote?.kind !== "error" || word?.end !== quote.start) return null;
  const asks: Asks = { type: "key", field: field.toLowerCase() };
  return { start: quote.start + 1, prefix: quote.text.slice(1), asks };
}
