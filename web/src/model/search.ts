/** Finding spans by a text, a stretch of the tree at a time. */

import type { Tree, TreeSpan } from "./tree";

/** What is searched; null for a query that says nothing. Whatever the case. */
export function searchPattern(query: string): RegExp | null {
  const wanted = query.trim();
  if (wanted === "") return null;
  return new RegExp(wanted.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`), "iu");
}

/** Positions from `from` up to `to` of the spans of which one of the texts given by `read` holds the pattern. */
export function findSpans<S extends TreeSpan>(
  tree: Tree<S>,
  pattern: RegExp,
  read: (span: S) => readonly string[],
  [from, to]: readonly [number, number],
): number[] {
  const found: number[] = [];
  for (let at = from; at < to; at += 1) {
    const span = tree.spans[at];
    if (!span) break;
    if (holds(pattern, read(span))) found.push(at);
  }
  return found;
}

/** The next such span after (or, with -1, before) `from`, beginning anew at the end; -1 without any. */
export function findNext<S extends TreeSpan>(
  tree: Tree<S>,
  pattern: RegExp,
  read: (span: S) => readonly string[],
  { from, by }: { from: number; by: 1 | -1 },
): number {
  const count = tree.spans.length;
  for (let step = 1; step <= count; step += 1) {
    const at = (((from + by * step) % count) + count) % count;
    const span = tree.spans[at];
    if (span && holds(pattern, read(span))) return at;
  }
  return -1;
}

/** Whether one of the texts holds the pattern. */
export function holds(pattern: RegExp, texts: readonly string[]): boolean {
  return texts.some((text) => pattern.test(text));
}
