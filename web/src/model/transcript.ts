/** A trace in the order in which it is read: steps of agents, model calls, tools and what was found. */

import { isEcho, previousCalls } from "./calls";
import { failed } from "./kinds";
import type { Attempted, Groups } from "./rows";
import { hasChildren, type Tree } from "./tree";

export interface TranscriptSpan extends Attempted {
  counted: boolean;
  tool_name: string;
}

export interface Entry {
  position: number;
  /** How many steps it is inside of. */
  level: number;
  /** What it is read as; a note is one line without bodies. */
  type: "step" | "call" | "tool" | "retrieval" | "note";
  /** Of a call: the position of the call that it goes on from, -1 without. */
  before: number;
}

/** The entries, parents before what is inside of them. What says nothing (requests, queries) is left out. */
export function transcriptOf(tree: Tree<TranscriptSpan>, groups: Groups): Entry[] {
  const previous = previousCalls(tree, groups.lastOf);
  const levels = new Int32Array(tree.spans.length);
  const entries: Entry[] = [];
  tree.spans.forEach((_, position) => {
    const above = tree.parent[position] ?? -1;
    const level = above < 0 ? 0 : (levels[above] ?? 0);
    const type = typeOf(tree, groups, position);
    levels[position] = type === "step" ? level + 1 : level;
    if (type === null) return;
    entries.push({ position, level, type, before: previous.get(position) ?? -1 });
  });
  return entries;
}

/** The names of the tools that have spans: their calls need no card of their own in a message. */
export function toolNames(tree: Tree<TranscriptSpan>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { kind, name, tool_name } of tree.spans) {
    if (kind === "tool") names.add(tool_name === "" ? name : tool_name);
  }
  return names;
}

function typeOf(
  tree: Tree<TranscriptSpan>,
  groups: Groups,
  position: number,
): Entry["type"] | null {
  const span = tree.spans[position];
  if (!span) return null;
  if (groups.lastOf.has(position)) return "note";
  switch (span.kind) {
    case "llm":
      return isEcho(tree, position) ? "step" : "call";
    case "tool":
      return "tool";
    case "retriever":
    case "reranker":
      return "retrieval";
    case "agent":
      return "step";
    case "http":
    case "db":
    case "chain":
    case "embedding":
    case "guardrail":
    case "evaluator":
    case "other":
      return asidesOf(tree, position);
  }
}

/** Containers head what they hold; a request or query by itself is told only when it failed. */
function asidesOf(tree: Tree<TranscriptSpan>, position: number): Entry["type"] | null {
  const span = tree.spans[position];
  if (!span) return null;
  const isPlumbing = span.kind === "http" || span.kind === "db";
  const isBelow = (tree.depth[position] ?? 0) > 0;
  if (hasChildren(tree, position)) return isPlumbing && isBelow ? null : "step";
  return isPlumbing && isBelow && !failed(span.status) ? null : "note";
}
