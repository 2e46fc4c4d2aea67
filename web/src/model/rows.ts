/** Which rows a tree shows: attempts of one call in one row, repeated children in one row, the rest as it is. */

import { failed } from "./kinds";
import { endOf, type Tree, type TreeSpan } from "./tree";

/** What is needed to put spans together in one row. */
export interface Attempted extends TreeSpan {
  retry_of: string;
  total_cost: string | null;
}

/** Siblings of one kind and name, one after the other. */
export interface Repeat {
  id: string;
  positions: readonly number[];
  /** Stretches of time in which at least one of them ran, in order; coarse. */
  busy: readonly Stretch[];
  /** All their durations together. */
  workNs: number;
  errors: number;
  /** US dollars; null where none is priced. */
  cost: number | null;
}

interface Stretch {
  startNs: number;
  endNs: number;
}

export interface Groups {
  /** By the position of the first of them. */
  repeats: ReadonlyMap<number, Repeat>;
  /** Earlier attempts in order of start, by the position of the last. */
  attempts: ReadonlyMap<number, readonly number[]>;
  /** The last attempt of each earlier one. */
  lastOf: ReadonlyMap<number, number>;
  /** The first position of the repeat that a position belongs to. */
  repeatOf: ReadonlyMap<number, number>;
}

export interface Folds {
  /** Ids of spans whose subtrees are folded away. */
  closed: ReadonlySet<string>;
  /** Ids of groups (see {@link attemptsId}) that are unfolded. */
  opened: ReadonlySet<string>;
}

export type TreeRow =
  | {
      type: "span";
      position: number;
      /** Earlier attempts that share the row, or would. */
      attempts: readonly number[];
      /** Whether they have rows of their own. */
      isOpen: boolean;
      /** Below an unfolded group. */
      isInner: boolean;
    }
  | { type: "repeat"; position: number; repeat: Repeat; isOpen: boolean };

export const NO_FOLDS: Folds = { closed: new Set(), opened: new Set() };

/** So many in a row say no more than their number does. */
const LEAST_REPEATS = 8;
const NO_ATTEMPTS: readonly number[] = [];

/** The group of attempts that ends with this span. */
export function attemptsId(span: TreeSpan): string {
  return `attempts ${span.span_id}`;
}

/** What a tree can show in one row; in O(n log n). */
export function groupsOf(tree: Tree<Attempted>): Groups {
  const { attempts, lastOf } = attemptGroups(tree);
  const repeats = new Map<number, Repeat>();
  const repeatOf = new Map<number, number>();
  for (const positions of runs(tree, lastOf)) {
    const repeat = repeatAt(tree, positions);
    const first = positions[0] ?? 0;
    repeats.set(first, repeat);
    for (const position of positions) repeatOf.set(position, first);
  }
  return { repeats, attempts, lastOf, repeatOf };
}

/** The rows in reading order. */
export function rowsOf(tree: Tree<TreeSpan>, groups: Groups, folds: Folds): TreeRow[] {
  const rows: TreeRow[] = [];
  for (let at = 0; at < tree.spans.length;) at = addRows(rows, tree, groups, folds, at);
  return rows;
}

/** Adds what is shown of the span at `at`; where the next row begins. */
function addRows(
  rows: TreeRow[],
  tree: Tree<TreeSpan>,
  groups: Groups,
  folds: Folds,
  at: number,
): number {
  const span = tree.spans[at];
  if (!span) return at + 1;
  const last = groups.lastOf.get(at);
  if (last !== undefined && !areOpen(tree, groups, folds, last)) return after(tree, at);
  const repeat = groups.repeats.get(at);
  if (repeat) {
    const isOpen = folds.opened.has(repeat.id);
    rows.push({ type: "repeat", position: at, repeat, isOpen });
    if (!isOpen) return after(tree, repeat.positions.at(-1) ?? at);
  }
  rows.push({
    type: "span",
    position: at,
    attempts: groups.attempts.get(at) ?? NO_ATTEMPTS,
    isOpen: areOpen(tree, groups, folds, at),
    isInner: last !== undefined || groups.repeatOf.has(at),
  });
  return folds.closed.has(span.span_id) ? after(tree, at) : at + 1;
}

/** `folds` opened so far that the span at `position` has a row. */
export function revealed(
  tree: Tree<TreeSpan>,
  groups: Groups,
  folds: Folds,
  position: number,
): Folds {
  const closed = new Set(folds.closed);
  const opened = new Set(folds.opened);
  const idAt = (at: number | undefined) => tree.spans[at ?? -1]?.span_id ?? "";
  for (let at = position; at >= 0; at = tree.parent[at] ?? -1) {
    if (at !== position) closed.delete(idAt(at));
    for (const id of groupIds(tree, groups, at)) opened.add(id);
  }
  const isSame = closed.size === folds.closed.size && opened.size === folds.opened.size;
  return isSame ? folds : { closed, opened };
}

/** The groups in which the span at `at` is hidden until they are opened. */
function groupIds(tree: Tree<TreeSpan>, groups: Groups, at: number): string[] {
  const repeat = groups.repeats.get(groups.repeatOf.get(at) ?? -1);
  const last = tree.spans[groups.lastOf.get(at) ?? -1];
  return [...(repeat ? [repeat.id] : []), ...(last ? [attemptsId(last)] : [])];
}

/** The index of the row that stands for a position: its own, or that of what it is folded into; -1 without. */
export function rowIndex(rows: readonly TreeRow[], position: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rows[middle]?.position ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return rows[low]?.position === position ? low : -1;
}

function areOpen(tree: Tree<TreeSpan>, groups: Groups, folds: Folds, last: number): boolean {
  // Of a hundred thousand spans few are the last of several attempts.
  const span = groups.attempts.has(last) ? tree.spans[last] : undefined;
  return span !== undefined && folds.opened.has(attemptsId(span));
}

function after(tree: Tree<TreeSpan>, position: number): number {
  return Math.max(tree.end[position] ?? 0, position + 1);
}

/** Attempts name the one before or the first of all: either way they lead to the same first. */
function attemptGroups(tree: Tree<Attempted>) {
  const firstOf = new Map<number, number>();
  const byFirst = new Map<number, number[]>();
  tree.spans.forEach((span, position) => {
    if (span.retry_of === "") return;
    const first = firstAttempt(tree, position, firstOf);
    firstOf.set(position, first);
    if (first === position || tree.parent[first] !== tree.parent[position]) return;
    const group = byFirst.get(first);
    if (group) group.push(position);
    else byFirst.set(first, [first, position]);
  });
  const attempts = new Map<number, readonly number[]>();
  const lastOf = new Map<number, number>();
  for (const positions of byFirst.values()) {
    const ordered = positions.sort((a, b) => a - b);
    const last = ordered.at(-1) ?? 0;
    const earlier = ordered.slice(0, -1);
    attempts.set(last, earlier);
    for (const position of earlier) lastOf.set(position, last);
  }
  return { attempts, lastOf };
}

/** Bounded by the spans seen, since a chain of ids from outside may be a ring. */
function firstAttempt(
  tree: Tree<Attempted>,
  position: number,
  known: ReadonlyMap<number, number>,
): number {
  const seen = new Set<number>();
  let first = position;
  while (!seen.has(first)) {
    seen.add(first);
    const before = tree.positionOf(tree.spans[first]?.retry_of ?? "");
    if (before < 0) break;
    first = known.get(before) ?? before;
  }
  return first;
}

/** Runs of siblings of one kind and name, long enough to be folded; attempts stay with their last. */
function runs(tree: Tree<TreeSpan>, lastOf: ReadonlyMap<number, number>): Iterable<number[]> {
  const count = tree.spans.length;
  /** The latest child, by the position after its parent's: the roots are the children of 0. */
  const latest = new Int32Array(count + 1).fill(-1);
  const firsts = new Int32Array(count).fill(-1);
  const lengths = new Int32Array(count);
  tree.spans.forEach((span, position) => {
    if (lastOf.has(position)) return;
    const parent = (tree.parent[position] ?? -1) + 1;
    const before = latest[parent] ?? -1;
    const sibling = tree.spans[before];
    const isSame = sibling?.name === span.name && sibling.kind === span.kind;
    const first = isSame ? (firsts[before] ?? position) : position;
    latest[parent] = position;
    firsts[position] = first;
    lengths[first] = (lengths[first] ?? 0) + 1;
  });
  const found = new Map<number, number[]>();
  firsts.forEach((first, position) => {
    if ((lengths[first] ?? 0) < LEAST_REPEATS) return;
    const run = found.get(first);
    if (run) run.push(position);
    else found.set(first, [position]);
  });
  return found.values();
}

function repeatAt(tree: Tree<Attempted>, positions: readonly number[]): Repeat {
  const spans = positions.flatMap((position) => tree.spans[position] ?? []);
  const prices = spans.flatMap(({ total_cost }) => (total_cost === null ? [] : Number(total_cost)));
  return {
    id: `repeat ${spans[0]?.span_id ?? ""}`,
    positions,
    busy: busyStretches(tree, spans),
    workNs: spans.reduce((sum, span) => sum + endOf(tree, span) - span.start_offset_ns, 0),
    errors: spans.filter(({ status }) => failed(status)).length,
    cost: prices.length === 0 ? null : prices.reduce((sum, price) => sum + price, 0),
  };
}

/** Pauses shorter than this share of the whole are not told apart. */
const LEAST_PAUSE = 1 / 120;

/** Siblings come in order of start. */
function busyStretches(tree: Tree<TreeSpan>, spans: readonly TreeSpan[]): Stretch[] {
  const startNs = spans[0]?.start_offset_ns ?? 0;
  const lastNs = spans.reduce((last, span) => Math.max(last, endOf(tree, span)), startNs);
  const least = (lastNs - startNs) * LEAST_PAUSE;
  const stretches: Stretch[] = [];
  for (const span of spans) {
    const last = stretches.at(-1);
    const endNs = endOf(tree, span);
    if (last && span.start_offset_ns - last.endNs <= least)
      last.endNs = Math.max(last.endNs, endNs);
    else stretches.push({ startNs: span.start_offset_ns, endNs });
  }
  return stretches;
}
