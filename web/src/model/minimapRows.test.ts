import { describe, expect, it } from "vitest";
import { minimapRows } from "./minimapRows";
import { sketched } from "./sketch";
import { buildTree } from "./tree";

function chain(spans: number, depth: number) {
  return buildTree(
    Array.from({ length: spans }, (_, at) =>
      sketched({
        id: `s${at}`,
        from: at,
        to: at + 1,
        ...(at % depth === 0 ? {} : { parent: `s${at - 1}` }),
      }),
    ),
  );
}

function rows(spans: number, depth: number, most: number) {
  const tree = chain(spans, depth);
  const found = minimapRows(tree, most);
  return { ...found, lines: tree.spans.map((_, at) => found.rowOf(at)) };
}

describe("lines of a picture of a trace", () => {
  it("are those of its spans where there is room", () => {
    const { count, lines, isDense } = rows(5, 1, 13);
    expect([count, lines, isDense]).toEqual([5, [0, 1, 2, 3, 4], false]);
  });

  it("are shared by neighbours where there is a little less", () => {
    const { count, lines } = rows(26, 1, 13);
    expect(count).toBe(13);
    expect(lines.slice(0, 4)).toEqual([0, 0, 1, 1]);
  });

  it("are levels where there are very many", () => {
    const { count, lines, isDense } = rows(400, 4, 13);
    expect([count, isDense]).toEqual([4, true]);
    expect(lines.slice(0, 5)).toEqual([0, 1, 2, 3, 0]);
  });

  it("share levels where a trace is deeper than the picture is high", () => {
    const { count, lines } = rows(520, 26, 13);
    expect(count).toBe(13);
    expect(lines.slice(0, 4)).toEqual([0, 0, 1, 1]);
    expect(Math.max(...lines)).toBe(12);
  });
});
