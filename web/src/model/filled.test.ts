import { expect, test } from "vitest";
import { filledIn } from "./filled";

test("fields that came beside the record are named, without what follows from them", () => {
  const filled = [
    "attributes.tier",
    "input",
    "input_preview",
    "mirrored.gen_ai.input.messages",
    "output_tokens",
  ];

  expect(filledIn(filled)).toBe(
    "tier, input, output tokens: from a log event, an update or its open record",
  );
});

test("of many fields the first are named and the others counted", () => {
  const filled = Array.from({ length: 11 }, (_, index) => `attributes.a${index}`);

  expect(filledIn(filled)).toContain("a7 and 3 others: ");
});

test("nothing is said of a whole record, and one sentence where there is none", () => {
  expect(filledIn([])).toBe("");
  expect(filledIn(["input_preview"])).toBe("");
  expect(filledIn(["*"])).toBe("everything: no finished record came");
});
