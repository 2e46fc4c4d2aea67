import { describe, expect, test } from "vitest";
import { callGraph } from "./graph";
import { arrow, BOX, graphSize, placed } from "./graphPlaces";
import { layers } from "./layering";
import { type Sketch, sketched } from "./sketch";
import { buildTree } from "./tree";

function graphOf(...sketches: Sketch[]) {
  return callGraph(buildTree(sketches.map(sketched)));
}

const AGENT: Sketch = { id: "a", kind: "agent", name: "shop", from: 0, to: 100 };

describe("the call graph", () => {
  test("counts spans of one name together, through what lies between", () => {
    const { nodes, edges } = graphOf(
      AGENT,
      { id: "c", parent: "a", from: 0, to: 90 },
      { id: "1", parent: "c", kind: "llm", name: "gpt", from: 0, to: 10, cost: "0.5" },
      { id: "2", parent: "c", kind: "llm", name: "gpt", from: 20, to: 50, cost: "0.25" },
      { id: "3", parent: "a", kind: "tool", name: "find", from: 60, to: 61, status: "error" },
    );

    expect(nodes.map(({ name, durationNs, cost }) => [name, durationNs / 1e6, cost])).toEqual([
      ["shop", 100, null],
      ["gpt", 40, 0.75],
      ["find", 1, null],
    ]);
    expect(nodes[2]?.errors).toBe(1);
    expect(edges.map(({ from, to, count }) => `${from} → ${to} ${count}`)).toEqual([
      "agent shop → llm gpt 2",
      "agent shop → tool find 1",
    ]);
  });

  test("counts the time of an agent that calls itself once", () => {
    const { nodes, edges } = graphOf(AGENT, { ...AGENT, id: "b", parent: "a", from: 10, to: 20 });

    expect(nodes).toHaveLength(1);
    expect(nodes[0]?.durationNs).toBe(100e6);
    expect(edges).toEqual([{ from: "agent shop", to: "agent shop", count: 1 }]);
  });

  test("puts the least of very many together", () => {
    const tools = Array.from({ length: 500 }, (_, at) => ({
      id: `t${at}`,
      parent: "a",
      kind: "tool" as const,
      from: 0,
      to: at,
    }));

    const { nodes, edges } = graphOf(AGENT, ...tools);

    expect(nodes).toHaveLength(49);
    expect(nodes.at(-1)).toMatchObject({ name: "453 more" });
    expect(edges.reduce((sum, { count }) => sum + count, 0)).toBe(500);
  });
});

describe("layers", () => {
  const edge = (text: string) => ({ from: text.charAt(0), to: text.charAt(1) });
  const placesOf = (ids: string, ...edges: string[]) => layers(Array.from(ids), edges.map(edge));

  test("lead from callers to what they call, as far right as the longest way", () => {
    const places = placesOf("abcd", "ab", "ac", "bc", "cd");

    expect([...places].map(([id, { layer }]) => `${id}${layer}`)).toEqual(["a0", "b1", "c2", "d3"]);
  });

  test("are not confused by circles", () => {
    const places = placesOf("abc", "ab", "bc", "ca", "aa");

    expect(["a", "b", "c"].map((id) => places.get(id)?.layer)).toEqual([0, 1, 2]);
  });

  test("avoid a crossing", () => {
    const places = placesOf("abxy", "ay", "bx");

    expect(places.get("y")?.row).toBe(places.get("a")?.row);
  });

  test("become boxes that do not overlap, and arrows between their edges", () => {
    const boxes = placed(placesOf("abc", "ab", "ac"));
    const [a, b, c] = ["a", "b", "c"].map((id) => boxes.get(id) ?? { x: 0, y: 0 });

    expect(Math.abs((b?.y ?? 0) - (c?.y ?? 0))).toBeGreaterThan(BOX.height);
    expect(graphSize(boxes.values()).width).toBeGreaterThan(2 * BOX.width);
    expect(arrow(a ?? { x: 0, y: 0 }, b ?? { x: 0, y: 0 }).path).toMatch(/^M208 /);
  });
});
