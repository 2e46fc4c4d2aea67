import { describe, expect, test } from "vitest";
import { type CallGraph, callGraph, type GraphSpan, type Sums } from "./graph";
import { loopName } from "./graphLoops";
import type { Kind } from "./kinds";
import { type Sketch, sketched } from "./sketch";
import { finished } from "./slices";
import { buildTree } from "./tree";

function graphOf(...sketches: Sketch[]): CallGraph {
  return finished(callGraph(buildTree(sketches.map(sketched))));
}

const AGENT: Sketch = { id: "a", kind: "agent", name: "shop", from: 0, to: 100 };

function loopsOf(graph: CallGraph): string[] {
  const names = new Map(graph.nodes.map(({ id, name }) => [id, name]));
  return graph.loops.map((loop) => loopName(loop, (id) => names.get(id) ?? "?"));
}

const shownSums = ({ count, durationNs, cost, errors }: Sums) => [
  count,
  durationNs / 1e6,
  cost,
  errors,
];

/** Agents and what they call, by name: `a>b` is a call; its sums. */
function edgesOf({ nodes, edges }: CallGraph) {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return Object.fromEntries(
    edges.map((edge) => [`${names.get(edge.from)}>${names.get(edge.to)}`, shownSums(edge)]),
  );
}

describe("the call graph", () => {
  test("counts spans of one name together, through what lies between", () => {
    const graph = graphOf(
      AGENT,
      { id: "c", parent: "a", from: 0, to: 90 },
      { id: "1", parent: "c", kind: "llm", name: "gpt", from: 0, to: 10, cost: "0.5" },
      { id: "2", parent: "c", kind: "llm", name: "gpt", from: 20, to: 50, cost: "0.25" },
      { id: "3", parent: "a", kind: "tool", name: "find", from: 60, to: 61, status: "error" },
    );

    expect(graph.nodes.map((node) => [node.name, ...shownSums(node)])).toEqual([
      ["shop", 1, 100, 0.75, 0],
      ["gpt", 2, 40, 0.75, 0],
      ["find", 1, 1, null, 1],
    ]);
    expect(graph.nodes.map(({ group }) => group)).toEqual(Array(3).fill("agent shop"));
    expect(edgesOf(graph)).toEqual({
      "shop>gpt": [2, 40, 0.75, 0],
      "shop>find": [1, 1, null, 1],
    });
    expect([...graph.nodeAt]).toEqual([0, 0, 1, 1, 2]);
  });

  test("counts time and cost of an agent that calls itself once", () => {
    const graph = graphOf(
      AGENT,
      { ...AGENT, id: "b", parent: "a", from: 10, to: 90 },
      { ...AGENT, id: "c", parent: "b", from: 20, to: 80 },
      { id: "1", parent: "c", kind: "llm", name: "gpt", from: 30, to: 40, cost: "0.1" },
    );

    expect(graph.nodes.map((node) => shownSums(node))).toEqual([
      [3, 100, 0.1, 0],
      [1, 10, 0.1, 0],
    ]);
    // The second call is inside of the first: its time and cost are in that one's.
    expect(edgesOf(graph)).toEqual({ "shop>shop": [2, 80, 0.1, 0], "shop>gpt": [1, 10, 0.1, 0] });
    expect(loopsOf(graph)).toEqual(["shop calls itself ×2"]);
  });

  test("gives each of two agents its own share of a tool", () => {
    const graph = graphOf(
      AGENT,
      { id: "w", parent: "a", kind: "agent", name: "writer", from: 0, to: 40 },
      { id: "1", parent: "w", kind: "tool", name: "find", from: 0, to: 10 },
      { id: "2", parent: "w", kind: "tool", name: "find", from: 10, to: 15 },
      { id: "r", parent: "a", kind: "agent", name: "reader", from: 40, to: 90 },
      { id: "3", parent: "r", kind: "tool", name: "find", from: 50, to: 80 },
    );

    expect(edgesOf(graph)).toEqual({
      "shop>writer": [1, 40, null, 0],
      "shop>reader": [1, 50, null, 0],
      "writer>find": [2, 15, null, 0],
      "reader>find": [1, 30, null, 0],
    });
    expect(graph.nodes.filter(({ name }) => name === "find").map(({ group }) => group)).toEqual([
      "agent writer",
      "agent reader",
    ]);
  });

  test("names a ring of agents where it comes back to the first", () => {
    const call = (id: string, parent: string, name: string): Sketch => ({
      ...{ id, parent, name, kind: name === "ask" ? "tool" : "agent", from: 0, to: 10 },
    });
    const graph = graphOf(
      call("1", "", "planner"),
      call("2", "1", "ask"),
      call("3", "2", "critic"),
      call("4", "3", "planner"),
      call("5", "4", "ask"),
      call("6", "5", "critic"),
      call("7", "6", "planner"),
    );

    expect(loopsOf(graph)).toEqual(["planner → ask → critic → planner ×2"]);
  });

  test("names steps that take turns, not a single way there and back", () => {
    const steps = (names: string, parent: string) =>
      Array.from(names, (name, at): Sketch => {
        const kind = name === "g" ? "llm" : "tool";
        return { id: `${parent}${at}`, parent, name, kind, from: at, to: at + 1 };
      });

    expect(loopsOf(graphOf(AGENT, ...steps("gfgfg", "a")))).toEqual(["g ↔ f ×2"]);
    expect(loopsOf(graphOf(AGENT, ...steps("gfhgfhgfh", "a")))).toEqual(["g ↔ f, h ×3"]);
    expect(loopsOf(graphOf(AGENT, ...steps("gfgfxyz", "a")))).toEqual(["g ↔ f ×2"]);
    expect(loopsOf(graphOf(AGENT, ...steps("gfg", "a")))).toEqual([]);
    expect(loopsOf(graphOf(AGENT, ...steps("ggggf", "a")))).toEqual([]);
  });
});

/** Numbers that are the same in every run. */
function dice(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

const KINDS: readonly Kind[] = ["agent", "llm", "tool", "chain"];

/** A tree of calls below a root: few names, so that they nest in each other and in themselves. */
function grown(seed: number, count: number, names: number): Sketch[] {
  const roll = dice(seed);
  const root = { id: "0", kind: "agent" as const, name: "agent 0", from: 0, to: 1e6 };
  const spans: (Sketch & { to: number })[] = [root];
  for (let at = 1; at < count; at += 1) {
    const above = spans[roll(at)] ?? root;
    const kind = KINDS[roll(KINDS.length)] ?? "tool";
    const start = above.from + roll(Math.max(above.to - above.from, 1));
    spans.push({
      ...{ id: String(at), parent: above.id, kind, name: `${kind} ${roll(names)}` },
      ...{ from: start, to: start + roll(Math.max(above.to - start, 1)), counted: roll(5) > 0 },
      ...(roll(7) === 0 ? { status: "error" } : {}),
      ...(roll(3) === 0 ? { cost: (roll(1e6) / 1e6).toFixed(6) } : {}),
    });
  }
  return spans;
}

/** The same sums, done span by span from the sketches alone. */
function byHand(sketches: Sketch[]) {
  const byId = new Map(sketches.map((one) => [one.id, one]));
  const above = (one: Sketch) => byId.get(one.parent ?? "");
  const allAbove = (one: Sketch): Sketch[] => {
    const next = above(one);
    return next ? [next, ...allAbove(next)] : [];
  };
  const callsBelow = (one: Sketch): Sketch[] =>
    sketches.filter((other) => other === one || allAbove(other).includes(one));
  const isEcho = (one: Sketch) =>
    one.kind === "llm" &&
    one.counted === false &&
    callsBelow(one).some((other) => other !== one && other.kind === "llm");
  const isShown = (one: Sketch) => !above(one) || (one.kind !== "chain" && !isEcho(one));
  const callerOf = (one: Sketch) => {
    let at = above(one);
    while (at && !isShown(at)) at = above(at);
    return at;
  };
  const groupOf = (one: Sketch): string => {
    const caller = callerOf(one);
    return one.kind === "agent" || !caller ? `${one.kind} ${one.name}` : groupOf(caller);
  };
  const nodeOf = (one: Sketch) => `${groupOf(one)} / ${one.name}`;
  const sums = new Map<string, Sums>();
  const count = (key: string, one: Sketch, isWithin: (other: Sketch) => boolean) => {
    const sum = sums.get(key) ?? { count: 0, errors: 0, durationNs: 0, cost: null };
    sums.set(key, sum);
    sum.count += 1;
    sum.errors += one.status === "error" ? 1 : 0;
    if (allAbove(one).some((other) => isShown(other) && isWithin(other))) return;
    sum.durationNs += ((one.to ?? 0) - one.from) * 1e6;
    for (const { cost, counted } of callsBelow(one)) {
      if (cost !== undefined && counted !== false) sum.cost = (sum.cost ?? 0) + Number(cost);
    }
  };
  const edgeOf = (one: Sketch) => {
    const caller = callerOf(one);
    return caller ? `${nodeOf(caller)} > ${nodeOf(one)}` : "";
  };
  for (const one of sketches.filter(isShown)) {
    count(nodeOf(one), one, (other) => nodeOf(other) === nodeOf(one));
    if (callerOf(one)) count(edgeOf(one), one, (other) => edgeOf(other) === edgeOf(one));
  }
  return sums;
}

function named(graph: CallGraph): Map<string, Sums> {
  const names = new Map(
    graph.nodes.map(({ id, group, name }) => [id, `${group} / ${name}`] as const),
  );
  const found = new Map<string, Sums>();
  for (const node of graph.nodes) found.set(names.get(node.id) ?? "", node);
  for (const edge of graph.edges) {
    found.set(`${names.get(edge.from)} > ${names.get(edge.to)}`, edge);
  }
  return found;
}

describe("every number of the call graph", () => {
  test.each(Array.from({ length: 40 }, (_, seed) => [seed, 20 + seed * 3, 1 + (seed % 6)]))(
    "is what adding up span by span gives (seed %i, %i spans, %i names a kind)",
    (seed, count, names) => {
      const sketches = grown(seed + 1, count, names);

      const found = named(graphOf(...sketches));

      const wanted = byHand(sketches);
      const rounded = ([key, { count, errors, durationNs, cost }]: [string, Sums]) =>
        `${key}: ${count} ${errors} ${durationNs} ${cost?.toFixed(9)}`;
      expect(Array.from(found, rounded).sort()).toEqual(Array.from(wanted, rounded).sort());
    },
  );
});

test("a graph of 100 000 spans is made in slices of a few milliseconds", () => {
  const spans = Array.from({ length: 100_000 }, (_, at) =>
    sketched({
      ...{ id: String(at), parent: at === 0 ? "" : at % 50 === 1 ? "0" : String(at - (at % 50)) },
      ...{ kind: at % 50 === 0 ? "agent" : "tool", name: `n ${at % 500}`, from: at, to: at + 9 },
    }),
  );
  const tree = buildTree<GraphSpan>(spans);

  const work = callGraph(tree);
  let slices = 1;
  let step = work.next();
  for (; !step.done; slices += 1) step = work.next();

  expect(step.value.nodes.length).toBeGreaterThan(400);
  expect(slices).toBeGreaterThan(50);
});
