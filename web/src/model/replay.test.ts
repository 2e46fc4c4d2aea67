import { expect, test } from "vitest";
import { failures, replaySteps, restMs, stepAt, stepFor, stepOf } from "./replay";
import { groupsOf } from "./rows";
import { type Sketch, sketched } from "./sketch";
import { buildTree } from "./tree";

const SKETCHES: Sketch[] = [
  { id: "request", kind: "http", from: 0, to: 9000 },
  { id: "agent", parent: "request", kind: "agent", from: 0, to: 9000 },
  { id: "call", parent: "agent", kind: "llm", from: 0, to: 1000 },
  { id: "post", parent: "call", kind: "http", from: 10, to: 990 },
  { id: "slow", parent: "agent", kind: "tool", from: 1000, to: 8000 },
  { id: "quick", parent: "agent", kind: "tool", from: 1000, to: 1100, status: "error" },
  { id: "writing", parent: "agent", kind: "llm", from: 8000, to: null },
];

function made(sketches: Sketch[]) {
  const tree = buildTree(sketches.map(sketched));
  const steps = replaySteps(tree, groupsOf(tree));
  const told = steps.map(
    ({ position, phase }) => `${phase} ${tree.spans[position]?.span_id ?? ""}`,
  );
  return { tree, steps, told };
}

test("steps come in the order of time: what holds others when it begins, the rest when it is known", () => {
  const { told } = made(SKETCHES);

  expect(told).toEqual([
    "begins request",
    "begins agent",
    "ends call",
    "ends quick",
    "ends slow",
    "ends writing",
    "ends agent",
    "ends request",
  ]);
});

test("what is open has no end to tell of", () => {
  const { told } = made([{ id: "agent", kind: "agent", from: 0, to: null }]);

  expect(told).toEqual(["begins agent"]);
});

test("a rest is as long as it took, but long enough to read and never boring", () => {
  const { steps } = made(SKETCHES);

  const rests = steps.map((_, at) => restMs(steps, at, 1));

  expect(rests).toEqual([700, 1000, 700, 3000, 1000, 700, 700, 700]);
  expect(restMs(steps, 3, 4)).toBe(750);
});

test("failures, spans and addresses lead to steps", () => {
  const { tree, steps } = made(SKETCHES);

  expect(failures(tree, steps)).toEqual([3]);
  expect(stepOf(tree, steps, tree.positionOf("slow"))).toBe(4);
  expect(stepOf(tree, steps, tree.positionOf("post"))).toBe(2);
  expect([undefined, "3", "99", "no", "-4"].map((text) => stepAt(text, steps))).toEqual([
    ...[0, 2, 7, 0, 0],
  ]);
});

test("an address means the step that it names, or that of the span it names", () => {
  const { tree, steps } = made(SKETCHES);

  const meant = (text: string | undefined, spanId?: string) => stepFor(tree, steps, text, spanId);

  expect([meant("7"), meant("7", "agent"), meant("7", "call"), meant("7", "gone")]).toEqual([
    ...[6, 6, 2, 6],
  ]);
  expect([meant(undefined), meant(undefined, "slow")]).toEqual([0, 4]);
});
