import { expect, it } from "vitest";
import { drawingOf, stacked } from "./sqlChart";

const HOUR = { name: "hour", type: "DateTime('UTC')" };
const KIND = { name: "kind", type: "LowCardinality(String)" };
const COUNT = { name: "calls", type: "UInt64" };
const P95 = { name: "p95", type: "Float64" };
const NINE = Date.UTC(2026, 10, 22, 9) / 1000;

it("draws numbers over time, in its order", () => {
  const rows = [
    ["2026-11-22 10:00:00", "7", 1.5],
    ["2026-11-22 09:00:00", "3", null],
  ];

  expect(drawingOf({ columns: [HOUR, COUNT, P95], rows })).toEqual({
    title: "calls, p95 by hour",
    places: [NINE, NINE + 3600],
    labels: null,
    step: 3600,
    lines: [
      { label: "calls", values: [3, 7] },
      { label: "p95", values: [null, 1.5] },
    ],
    isSplit: false,
  });
});

it("makes a line of each word where a moment comes more than once, the largest first", () => {
  const rows = [
    ["2026-11-22 09:00:00", "tool", "1"],
    ["2026-11-22 09:00:00", "llm", "5"],
    ["2026-11-22 10:00:00", "llm", "6"],
  ];
  const drawing = drawingOf({ columns: [HOUR, KIND, COUNT], rows });

  expect(drawing).toMatchObject({ title: "calls by kind", isSplit: true });
  expect(drawing?.lines).toEqual([
    { label: "llm", values: [5, 6] },
    { label: "tool", values: [1, null] },
  ]);
  expect(stacked(drawing?.lines ?? [])).toEqual([
    [5, 6],
    [6, 6],
  ]);
});

it("draws over words, and over the first of numbers alone", () => {
  expect(
    drawingOf({
      columns: [KIND, COUNT],
      rows: [
        ["llm", "5"],
        ["tool", "1"],
      ],
    }),
  ).toMatchObject({
    labels: ["llm", "tool"],
    places: [0, 1],
    lines: [{ label: "calls", values: [5, 1] }],
  });
  expect(
    drawingOf({
      columns: [COUNT, P95],
      rows: [
        [3, 0.5],
        [4, 0.7],
      ],
    }),
  ).toMatchObject({
    labels: ["3", "4"],
    lines: [{ label: "p95", values: [0.5, 0.7] }],
  });
  expect(drawingOf({ columns: [COUNT], rows: [[3], [4]] })?.labels).toEqual(["1", "2"]);
});

it("draws nothing without a number, or of a single row", () => {
  expect(drawingOf({ columns: [KIND], rows: [["llm"], ["tool"]] })).toBeNull();
  expect(drawingOf({ columns: [KIND, COUNT], rows: [["llm", 1]] })).toBeNull();
});
