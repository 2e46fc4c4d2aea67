import { expect, test } from "vitest";
import { originOf } from "./origin";
import { type Sketch, sketched } from "./sketch";
import { buildTree } from "./tree";

function originIn(...spans: Sketch[]): string | undefined {
  const tree = buildTree(spans.map(sketched));
  return tree.spans[originOf(tree)]?.span_id;
}

test("a failure began in the last failed child, and there in the last again", () => {
  const origin = originIn(
    { id: "agent", from: 0, to: 90, status: "error" },
    { id: "first try", parent: "agent", from: 10, to: 20, status: "error" },
    { id: "search", parent: "agent", from: 20, to: 30 },
    { id: "timeout", parent: "search", from: 20, to: 30, status: "error" },
    { id: "second try", parent: "agent", from: 30, to: 80, status: "error" },
    { id: "connection", parent: "second try", from: 40, to: 80, status: "crashed" },
    { id: "note", parent: "agent", from: 80, to: 90 },
  );

  expect(origin).toBe("connection");
});

test("a root that failed by itself, or that got over a failure, has none", () => {
  const byItself = originIn(
    { id: "agent", from: 0, to: 90, status: "error" },
    { id: "search", parent: "agent", from: 20, to: 30 },
  );
  const over = originIn(
    { id: "agent", from: 0, to: 90 },
    { id: "search", parent: "agent", from: 20, to: 30, status: "error" },
  );

  expect([byItself, over]).toEqual([undefined, undefined]);
});
