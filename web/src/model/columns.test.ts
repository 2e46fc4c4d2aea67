import { expect, test } from "vitest";
import { coded, listed } from "./columns";

test("a column has its value at every place, coded or not", () => {
  const column = { values: ["llm", null], codes: [0, 1, 0] };

  expect([0, 1, 2].map((place) => coded(column, place))).toEqual(["llm", null, "llm"]);
  expect([0, 1].map((place) => listed([7, null], place))).toEqual([7, null]);
});
