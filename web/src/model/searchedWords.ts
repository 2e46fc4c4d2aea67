/** What a filter looks for in texts, to be marked where it is shown. */

import { type Token, tokensOf } from "./filter";

/** The words and phrases that must be said somewhere; those that must not, and values of fields, are left out. */
export function searchedWords(text: string): string[] {
  const tokens = tokensOf(text);
  // Of each group that is open: whether what stands in it is not searched for.
  const groups: boolean[] = [];
  const words: string[] = [];
  tokens.forEach(({ kind, text: written, start }, at) => {
    const before = tokens[at - 1];
    const isValue = before?.kind === "operator" && before.end === start;
    const isApart = isValue || before?.kind === "not" || groups.at(-1) === true;
    if (kind === "open") groups.push(isApart);
    if (kind === "close") groups.pop();
    if (!isApart) words.push(...saidBy(kind, written));
  });
  return words.filter((word) => word.trim() !== "");
}

function saidBy(kind: Token["kind"], written: string): string[] {
  if (kind === "word") return written.split("*");
  return kind === "quoted" ? [written.slice(1, -1).replaceAll(/\\(["\\])/g, "$1")] : [];
}

/** Any of the words, in any case, with any blanks between; null without words. */
export function wordsPattern(words: readonly string[]): RegExp | null {
  if (words.length === 0) return null;
  const literal = (word: string) => word.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  const phrases = words.map((word) =>
    word
      .trim()
      .split(/\s+/u)
      .map(literal)
      .join(String.raw`\s+`),
  );
  return new RegExp(phrases.join("|"), "iu");
}
