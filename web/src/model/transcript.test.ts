import { expect, test } from "vitest";
import { groupsOf } from "./rows";
import { type Sketch, sketched } from "./sketch";
import { toolNames, transcriptOf } from "./transcript";
import { buildTree } from "./tree";

const SKETCHES: Sketch[] = [
  { id: "request", kind: "http", from: 0, to: 100 },
  { id: "agent", parent: "request", kind: "agent", from: 0, to: 100 },
  { id: "echo", parent: "agent", kind: "llm", counted: false, from: 0, to: 10 },
  { id: "call", parent: "echo", kind: "llm", from: 1, to: 9 },
  { id: "post", parent: "call", kind: "http", from: 2, to: 8 },
  { id: "refused", parent: "agent", kind: "tool", name: "find", from: 11, to: 12, status: "error" },
  { id: "find", parent: "agent", kind: "tool", from: 13, to: 14, retryOf: "refused" },
  { id: "query", parent: "find", kind: "db", from: 13, to: 14, status: "error" },
  { id: "help", parent: "agent", kind: "retriever", from: 15, to: 20 },
  { id: "again", parent: "agent", kind: "llm", from: 30, to: 40 },
];

test("a transcript reads steps, calls, tools and finds, and leaves out the plumbing", () => {
  const tree = buildTree(SKETCHES.map(sketched));

  const entries = transcriptOf(tree, groupsOf(tree));

  expect(
    entries.map(({ position, level, type, before }) =>
      [level, type, tree.spans[position]?.span_id, tree.spans[before]?.span_id ?? ""].join(" "),
    ),
  ).toEqual([
    "0 step request ",
    "1 step agent ",
    "2 step echo ",
    "3 call call ",
    "2 note refused ",
    "2 tool find ",
    "2 note query ",
    "2 retrieval help ",
    "2 call again call",
  ]);
  expect([...toolNames(tree)]).toEqual(["find"]);
});
