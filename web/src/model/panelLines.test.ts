import { expect, test } from "vitest";
import type { SeriesSource } from "./dashboard";
import { bothFilters, figureOf, lineTerm, panelLines, sharesOf, wholeOf } from "./panelLines";

const SOURCE: SeriesSource = { of: "spans", filter: "", measure: "cost", split: "model", top: 2 };
const line = (value: string, points: (number | null)[], is_others = false) => ({
  value,
  is_others,
  total: points.reduce<number>((sum, point) => sum + (point ?? 0), 0),
  points,
});
const SERIES = {
  unit: "usd",
  lines: [line("gpt-4o", [3, 1]), line("", [1, 1]), line("", [0, 2], true)],
} as const;

test("parts of a sum stand on one another, the largest below, drawn from the back", () => {
  const drawn = panelLines(SERIES, SOURCE, { kind: "bar", title: "Cost" });

  expect(drawn.map(({ label }) => label)).toEqual(["all others", "no model", "gpt-4o"]);
  expect(drawn.map(({ values }) => values)).toEqual([
    [4, 4],
    [4, 2],
    [3, 1],
  ]);
  expect(drawn.map(({ told }) => told)).toEqual([
    [0, 2],
    [1, 1],
    [3, 1],
  ]);
  expect(drawn.map(({ shape }) => shape)).toEqual(["bars", "bars", "bars"]);
  expect(drawn.map(({ color }) => color)).toEqual(["--stack-rest", "--stack-2", "--stack-1"]);
});

test("what does not add up is drawn as lines, whatever is wished", () => {
  const source = { ...SOURCE, measure: "latency_p95" } as const;
  const drawn = panelLines(SERIES, source, { kind: "area", title: "p95" });

  expect(drawn.map(({ shape }) => shape)).toEqual(["line", "line", "line"]);
  expect(drawn.map(({ told }) => told)).toEqual([undefined, undefined, undefined]);
  expect(drawn.at(-1)?.values).toEqual([3, 1]);
});

test("a line alone has the name of its panel, and errors are red", () => {
  const source = { ...SOURCE, measure: "errors", split: "" } as const;
  const drawn = panelLines({ unit: "count", lines: [line("", [1, 2], true)] }, source, {
    kind: "area",
    title: "Errors",
  });

  expect(drawn).toMatchObject([{ label: "Errors", color: "--error", shape: "area", term: "" }]);
});

test("where no value had a part, the only line is of everything", () => {
  const nothing = { unit: "count", lines: [line("", [0, 0], true)] } as const;
  const drawn = panelLines(
    nothing,
    { ...SOURCE, measure: "errors" },
    { kind: "bar", title: "Errors" },
  );

  expect(drawn).toMatchObject([{ label: "Errors", term: "" }]);
});

test("statuses have the colours of statuses", () => {
  const source = { ...SOURCE, split: "status" };
  const drawn = panelLines(
    { unit: "count", lines: [line("ok", [1]), line("error", [1])] },
    source,
    { kind: "line", title: "Status" },
  );

  expect(drawn.map(({ color }) => color)).toEqual(["--error", "--chart-3"]);
});

test("a line leads to what it is of", () => {
  const of = (split: string, value: string) => lineTerm({ ...SOURCE, split }, line(value, []));

  expect(of("model", "gpt-4o")).toBe("model:gpt-4o");
  expect(of("user", 'a "b"')).toBe(String.raw`user:"a \"b\""`);
  expect(of('attr["app.plan"]', "gold")).toBe('attr["app.plan"]:gold');
  expect(of("user", "")).toBe("-has:user");
  expect(of('attr["app.plan"]', "")).toBeNull();
  expect(lineTerm(SOURCE, line("", [], true))).toBeNull();
});

test("two filters hold both", () => {
  expect(bothFilters("", "kind:llm")).toBe("kind:llm");
  expect(bothFilters("env:a", "")).toBe("env:a");
  expect(bothFilters("env:a OR env:b", "kind:llm OR kind:tool")).toBe(
    "(env:a OR env:b) (kind:llm OR kind:tool)",
  );
});

test("the whole of parts is their sum, where they add up", () => {
  expect(wholeOf(SERIES, SOURCE)).toBe(8);
  expect(sharesOf(SERIES, SOURCE)).toEqual([0.5, 0.25, 0.25]);
  expect(wholeOf(SERIES, { ...SOURCE, measure: "users" })).toBeNull();
  expect(sharesOf(SERIES, { ...SOURCE, measure: "latency_p50" })).toEqual([null, null, null]);
  expect(wholeOf({ unit: "count", lines: [] }, { ...SOURCE, measure: "count" })).toBe(0);
  expect(wholeOf({ unit: "ns", lines: [] }, { ...SOURCE, measure: "latency_p50" })).toBeNull();
});

test("figures have the words of their unit", () => {
  expect([
    figureOf("usd", 0.0123),
    figureOf("ns", 1_240_000_000),
    figureOf("share", 0.047),
    figureOf("count", 1234),
    figureOf("count", 31_000),
    figureOf("count", 2.5),
    figureOf("ns", null),
  ]).toEqual(["$0.0123", "1.24 s", "4.7 %", "1,234", "31k", "3", "–"]);
});
