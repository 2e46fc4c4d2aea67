import { expect, test } from "vitest";
import { ofSameProject } from "./previousData";

test("an answer stays until the next one comes", () => {
  const shown = ofSameProject("shop")("7 calls", { queryKey: ["overview", "shop", "1h"] });

  expect(shown).toBe("7 calls");
});

test("an answer of another project is taken away at once", () => {
  const shown = ofSameProject("shop")("7 calls", { queryKey: ["overview", "demo", "1h"] });

  expect(shown).toBeUndefined();
});
