import { expect, test } from "vitest";
import { explainedFrom, formatUnitPrice, priceLine } from "./priceLines";

const LINE = {
  name: "cache_read",
  count: 1886,
  unit_price: "0.3",
  per: 1_000_000,
  amount: "0.0005658",
  above_tokens: null,
};

test("a line says how many, at which price, and what that makes", () => {
  expect(priceLine(LINE)).toBe("1,886 cache read × $0.30/M = $0.000566");
  expect(
    priceLine({
      ...LINE,
      name: "web_searches",
      count: 2,
      unit_price: "10",
      per: 1000,
      amount: "0.02",
    }),
  ).toBe("2 web searches × $10.00/k = $0.0200");
  expect(priceLine({ ...LINE, unit_price: "0", amount: "0" })).toContain("= $0");
});

test("a tier is named beside its price", () => {
  expect(priceLine({ ...LINE, above_tokens: 200_000 })).toBe(
    "1,886 cache read × $0.30/M (above 200,000 input tokens) = $0.000566",
  );
});

test("a price keeps all its digits, and two at least", () => {
  expect(["3", "0.3", "0.0375"].map(formatUnitPrice)).toEqual(["$3.00", "$0.30", "$0.0375"]);
});

test("the source says whose prices they are", () => {
  const list = {
    source: "genai-prices/0.2.3",
    provider: "openai",
    model: "o3",
    since: "2025-06-10",
    service_tier: "flex",
  };

  expect(explainedFrom(list)).toBe(
    "genai-prices/0.2.3: openai o3, since 2025-06-10, service tier flex",
  );
  expect(explainedFrom({ ...list, source: "own/1a2b.3", since: null, service_tier: "" })).toBe(
    "the project's own price of o3",
  );
});
