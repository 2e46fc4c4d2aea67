import { describe, expect, test } from "vitest";
import { buildTree, type TreeSpan } from "./tree";

function span(id: string, parent = "", startNs = 0): TreeSpan {
  return {
    span_id: id,
    parent_id: parent,
    name: `span ${id}`,
    kind: "chain",
    status: "ok",
    start_offset_ns: startNs,
    duration_ns: 10,
    ttft_ns: null,
  };
}

function ids(spans: readonly TreeSpan[]): string {
  return spans.map(({ span_id }) => span_id).join(" ");
}

describe("the tree", () => {
  test("puts parents before children and keeps siblings in order", () => {
    const tree = buildTree([span("a"), span("b", "a"), span("c", "a"), span("d", "b")]);

    expect(ids(tree.spans)).toBe("a b d c");
    expect([...tree.depth]).toEqual([0, 1, 2, 1]);
    expect([...tree.end]).toEqual([4, 3, 3, 4]);
  });

  test("finds a parent that comes after its child", () => {
    const tree = buildTree([span("child", "late"), span("late")]);

    expect(ids(tree.spans)).toBe("late child");
  });

  test("shows an orphan as a root", () => {
    const tree = buildTree([span("a"), span("lost", "nowhere")]);

    expect(ids(tree.spans)).toBe("a lost");
    expect([...tree.depth]).toEqual([0, 0]);
  });

  test("shows every span of a cycle once", () => {
    const tree = buildTree([span("root"), span("x", "y"), span("y", "z"), span("z", "x")]);

    expect(tree.spans).toHaveLength(4);
    expect(ids(tree.spans)).toBe("root x z y");
  });

  test("shows a span that is its own parent", () => {
    expect(ids(buildTree([span("a", "a")]).spans)).toBe("a");
  });

  test("of no spans is empty", () => {
    expect(buildTree([]).endNs).toBe(0);
  });

  test("holds a chain of 100 000 spans", () => {
    const spans = Array.from({ length: 100_000 }, (_, at) =>
      span(String(at), at === 0 ? "" : String(at - 1)),
    );

    const tree = buildTree(spans);

    expect(tree.depth[99_999]).toBe(99_999);
  });
});
