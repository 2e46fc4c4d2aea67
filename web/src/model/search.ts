/** Finding spans by a text. */

import type { Work } from "./slices";
import type { Tree, TreeSpan } from "./tree";

/** What is searched; null for a query that says nothing. Whatever the case. */
export function searchPattern(query: string): RegExp | null {
  const wanted = query.trim();
  if (wanted === "") return null;
  return new RegExp(wanted.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`), "iu");
}

/** Spans searched between two turns of others. */
const SLICE = 500;

/** Positions of the spans of which one of the texts given by `read` holds the pattern. */
export function* findSpans<S extends TreeSpan>(
  tree: Tree<S>,
  pattern: RegExp,
  read: (span: S) => readonly string[],
): Work<number[]> {
  const found: number[] = [];
  for (let at = 0; at < tree.spans.length; at += 1) {
    if (at % SLICE === SLICE - 1) yield;
    const span = tree.spans[at];
    if (span && holds(pattern, read(span))) found.push(at);
  }
  return found;
}

/** Of what was found, in order, the next after (or, with -1, before) `from`, beginning anew at the end; -1 without any. */
export function nextOf(found: readonly number[], from: number, by: 1 | -1): number {
  const next =
    by > 0
      ? (found.find((position) => position > from) ?? found[0])
      : (found.findLast((position) => position < from) ?? found.at(-1));
  return next ?? -1;
}

/** Whether one of the texts holds the pattern. */
export function holds(pattern: RegExp, texts: readonly string[]): boolean {
  return texts.some((text) => pattern.test(text));
}
