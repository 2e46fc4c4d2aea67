import { expect, test } from "vitest";
import { tokensPerSecond, usageRows, usageShares } from "./usageTable";

const USAGE = {
  input: 1000,
  output: 200,
  total: 1200,
  cache_read: 600,
  cache_write: null,
  reasoning: 50,
  audio_input: null,
  audio_output: null,
  other: { search_queries: 2 },
};

const COST = {
  input: "0.002",
  output: "0.003",
  total: "0.005",
  by_class: { input: "0.0015", cache_read: "0.0005", requests: "0.0001" },
};

test("parts stand below what they are part of, unknown ones nowhere", () => {
  const rows = usageRows(USAGE, COST).map(({ label, tokens, isSubset }) => [
    label,
    tokens,
    isSubset,
  ]);

  expect(rows).toEqual([
    ["Input", 1000, false],
    ["read from cache", 600, true],
    ["Output", 200, false],
    ["reasoning", 50, true],
    ["search_queries", 2, false],
    ["requests", null, false],
    ["Total", 1200, false],
  ]);
});

test("a class has its own cost where one is known", () => {
  const rows = usageRows(USAGE, COST);

  expect(rows[1]?.cost).toBe("0.0005");
  expect(rows[3]?.cost).toBeNull();
});

test("the output rate leaves out the wait for the first token", () => {
  expect(tokensPerSecond(100, 3e9, 1e9)).toBe(50);
  expect(tokensPerSecond(null, 3e9, null)).toBeNull();
  expect(tokensPerSecond(100, 1e9, 1e9)).toBeNull();
});

test("shares count cached and reasoned tokens once", () => {
  const usage = {
    input: 600,
    output: 400,
    total: 1000,
    cache_read: 450,
    cache_write: null,
    reasoning: 100,
    audio_input: null,
    audio_output: null,
    other: {},
  };

  expect(usageShares(usage).map(({ label, share }) => `${label} ${share}`)).toEqual([
    "from cache 0.45",
    "input 0.15",
    "reasoning 0.1",
    "output 0.3",
  ]);
  expect(usageShares({ ...usage, input: null, output: null })).toEqual([]);
});
