import { describe, expect, test } from "vitest";
import { type CallGraph, callGraph } from "./graph";
import { arrow, centred, fitted, graphSize, HEAD, placed, turns, zoomed } from "./graphPlaces";
import { graphView, nextOfRest, NO_GRAPH_FOLDS } from "./graphView";
import { callRows, exactly, figuresOf, sharedWith } from "./graphWords";
import { type Sketch, sketched } from "./sketch";
import { finished } from "./slices";
import { buildTree } from "./tree";

function graphOf(sketches: Sketch[]): CallGraph {
  return finished(callGraph(buildTree(sketches.map(sketched))));
}

/** A planner with agents below it, each with tools; 1 + agents × (1 + tools) nodes, the later the longer. */
function team(agents: number, tools: number): Sketch[] {
  const spans: Sketch[] = [{ id: "p", kind: "agent", name: "planner", from: 0, to: 1e6 }];
  for (let agent = 0; agent < agents; agent += 1) {
    const id = `a${agent}`;
    spans.push({ id, parent: "p", kind: "agent", name: id, from: agent, to: 100 + agent * 3 });
    for (let tool = 0; tool < tools; tool += 1) {
      spans.push({
        ...{ id: `${id} t${tool}`, parent: id, kind: "tool", name: `t${tool}` },
        ...{ from: agent, to: agent + 1 + tool },
      });
    }
  }
  return spans;
}

describe("of a graph is drawn", () => {
  test("all of a small one", () => {
    const { boxes, arrows } = graphView(graphOf(team(2, 3)), NO_GRAPH_FOLDS);

    expect(boxes.map(({ id, rows }) => [id, rows.length])).toEqual([
      ["agent planner", 0],
      ["agent a0", 3],
      ["agent a1", 3],
    ]);
    expect(arrows.map(({ from, to, count }) => [from, to, count])).toEqual([
      ["agent planner", "agent a0", 1],
      ["agent planner", "agent a1", 1],
    ]);
  });

  test.each([
    [1, 499],
    [25, 19],
    [100, 4],
    [499, 0],
  ])("so much of 500 nodes as can be read, and nothing is lost (%i agents)", (agents, tools) => {
    const graph = graphOf(team(agents, tools));
    const { boxes, arrows, boxOf, rowOf } = graphView(graph, NO_GRAPH_FOLDS);

    expect(graph.nodes.length).toBeGreaterThanOrEqual(500);
    expect(boxes.length).toBeLessThanOrEqual(13);
    expect(boxes.reduce((sum, { rows }) => sum + rows.length, 0)).toBeLessThanOrEqual(21);
    expect(boxes.reduce((sum, { heads }) => sum + heads, 0)).toBe(agents + 1);
    expect(boxes.reduce((sum, { parts }) => sum + parts, 0)).toBe(agents * tools);
    expect(arrows.reduce((sum, { count }) => sum + count, 0)).toBe(agents);
    for (const { rows, parts } of boxes) {
      if (rows.length > 0) expect(rows.reduce((sum, { nodes }) => sum + nodes, 0)).toBe(parts);
    }
    for (const { id } of graph.nodes) {
      const box = boxes.find((one) => one.id === boxOf(id));
      expect(box).toBeDefined();
      if (rowOf(id) !== null) expect(box?.rows.map((row) => row.id)).toContain(rowOf(id));
    }
  });

  test("what comes next of the rest, until there is none", () => {
    const graph = graphOf(team(40, 0));
    const wanted = new Set<string>();
    const restOf = () => {
      const view = graphView(graph, { ...NO_GRAPH_FOLDS, wanted });
      const rest = view.boxes.find(({ head }) => head === null);
      return { view, rest };
    };

    const counts: number[] = [];
    for (let { view, rest } = restOf(); rest; { view, rest } = restOf()) {
      counts.push(rest.heads);
      for (const id of nextOfRest(graph, view, rest.id)) wanted.add(id);
    }

    expect(counts).toEqual([31, 19, 7]);
    expect(restOf().view.boxes).toHaveLength(41);
  });

  test("what was opened, and not what was closed", () => {
    const graph = graphOf(team(30, 3));
    const asked = "agent a0\ntool t1";
    const folds = {
      opened: new Set(["agent a0"]),
      closed: new Set(["agent a29"]),
      wanted: new Set([asked, "agent a0"]),
    };
    const { boxes, rowOf, boxOf } = graphView(graph, folds);

    expect(boxOf(asked)).toBe("agent a0");
    expect(rowOf(asked)).toBe(asked);
    expect(boxes.find(({ id }) => id === "agent a29")?.rows).toEqual([]);
  });

  test("a ring of calls with the way back marked", () => {
    const ring: Sketch[] = ["planner", "critic", "planner"].map((name, at) => ({
      ...{ id: String(at), parent: String(at - 1), kind: "agent", name, from: at, to: 9 - at },
    }));

    const { arrows } = graphView(graphOf(ring), NO_GRAPH_FOLDS);

    expect(arrows.map(({ from, to, isBack }) => [from, to, isBack])).toEqual([
      ["agent planner", "agent critic", false],
      ["agent critic", "agent planner", true],
    ]);
  });
});

describe("boxes", () => {
  const { boxes, places } = graphView(graphOf(team(11, 8)), NO_GRAPH_FOLDS);
  const frames = placed(boxes, places);

  test("do not overlap", () => {
    const all = [...frames.values()];
    for (const one of all) {
      for (const other of all) {
        if (one === other || one.x !== other.x) continue;
        const isApart = one.y + one.height < other.y || other.y + other.height < one.y;
        expect(isApart).toBe(true);
      }
    }
    expect(graphSize(all).width).toBeGreaterThan(500);
  });

  test("are joined by arrows from row to head, and back above both", () => {
    const [a = { x: 0, y: 0, width: 0, height: 0 }, b = a] = [
      frames.get("agent planner"),
      frames.get("agent a3"),
    ];

    expect(arrow(a, null, b).path.startsWith(`M${a.x + a.width} ${a.y + HEAD / 2}C`)).toBe(true);
    expect(arrow(b, 0, a).label.y).toBeLessThan(Math.max(a.y, b.y));
    expect(arrow(a, null, a).label.y).toBeLessThan(a.y);
    expect(turns(b, { ...b, y: b.y + 200 }).label.x).toBeGreaterThan(b.x + b.width);
  });
});

test("a camera fits what it can, zooms at a point, and goes to a box", () => {
  const view = { width: 400, height: 300 };

  expect(fitted({ width: 200, height: 100 }, view, true)).toEqual({ scale: 1, x: 100, y: 100 });
  expect(fitted({ width: 4000, height: 300 }, view, true).scale).toBe(0.15);
  expect(fitted({ width: 4000, height: 300 }, view, false)).toEqual({ scale: 0.6, x: 0, y: 60 });
  expect(zoomed({ x: 10, y: 20, scale: 1 }, 2, { x: 110, y: 120 })).toEqual({
    ...{ scale: 2, x: -90, y: -80 },
  });
  const camera = { scale: 0.5, x: 0, y: 0 };
  expect(centred(camera, { x: 100, y: 100, width: 200, height: 40 }, view)).toEqual({
    ...{ scale: 0.5, x: 100, y: 90 },
  });
});

test("figures are told in short and to the last digit, and rows by what is asked", () => {
  const graph = graphOf([
    { id: "p", kind: "agent", name: "planner", from: 0, to: 50 },
    { id: "1", parent: "p", kind: "llm", name: "gpt", from: 0, to: 3, cost: "0.000000123456" },
    { id: "w", parent: "p", kind: "agent", name: "writer", from: 4, to: 40 },
    { id: "2", parent: "w", kind: "llm", name: "gpt", from: 5, to: 12, status: "error" },
  ]);
  const [, gpt] = graph.nodes;

  expect(gpt && exactly(gpt)).toBe("1 call · 3 ms · $0.000000123456");
  expect(graph.nodes.map(figuresOf).at(-1)).toContain("1 failed");
  expect(gpt && sharedWith(graph, gpt)).toEqual(["writer"]);
  expect(callRows(graph, "time").map(({ from, to }) => [from?.name, to.name])).toEqual([
    [undefined, "planner"],
    ["planner", "writer"],
    ["writer", "gpt"],
    ["planner", "gpt"],
  ]);
  expect(callRows(graph, "cost")[0]?.to.name).toBe("planner");
});
