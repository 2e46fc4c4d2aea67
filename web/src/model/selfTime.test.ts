import { expect, test } from "vitest";
import { heatStep, heatSteps } from "./heat";
import { selfTimes } from "./selfTime";
import { sketched } from "./sketch";
import { buildTree } from "./tree";

test("self time is what no child covers, overlaps counted once, within the parent", () => {
  const tree = buildTree(
    [
      { id: "a", from: 0, to: 100 },
      { id: "b", parent: "a", from: 10, to: 50 },
      { id: "c", parent: "a", from: 30, to: 60 },
      { id: "d", parent: "a", from: 90, to: 200 },
    ].map(sketched),
  );

  expect([...selfTimes(tree)].map((ns) => ns / 1e6)).toEqual([40, 40, 30, 110]);
});

test("heat has five steps beside the largest, and none for nothing", () => {
  expect([0, 1, 30, 100, 250, 500, 1000].map((value) => heatStep(value, 1000))).toEqual([
    0, 1, 2, 3, 4, 5, 5,
  ]);
  expect([...heatSteps(new Float64Array(2))]).toEqual([0, 0]);
});
