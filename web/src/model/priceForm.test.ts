import { expect, test } from "vitest";
import { className, entryOf, formOf, withPrice } from "./priceForm";

const ENTRY = {
  id: "1a2b",
  model: "prod-*",
  provider: "azure",
  since: "2026-07-01",
  prices: { input: "2", output: "8", cache_write_1h: "4" },
};

test("a form holds an entry whole", () => {
  expect(entryOf(formOf(ENTRY))).toEqual(ENTRY);
});

test("an empty form asks for what most models have", () => {
  const form = formOf(null);

  expect(form.fields.map(([name]) => name)).toEqual(["input", "cache_read", "output"]);
  expect(entryOf(form)).toEqual({ id: "", model: "", provider: "", since: null, prices: {} });
});

test("prices are taken as people write them, and none is made up", () => {
  const form = withPrice(withPrice(formOf(null), "input", " $2,5 "), "output_audio", "80");

  expect(entryOf(form).prices).toEqual({ input: "2.5", output_audio: "80" });
  expect(className("cache_write_1h")).toBe("cache write 1h");
});
