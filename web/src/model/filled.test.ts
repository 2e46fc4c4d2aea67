import { expect, test } from "vitest";
import { filledIn } from "./filled";

test("fields that came beside the record are named, attributes counted, the rest left out", () => {
  const filled = [
    "attributes.tier",
    "attributes_number.tier",
    "dialect",
    "input",
    "input_preview",
    "mirrored.gen_ai.input.messages",
    "output_tokens",
    "resource.service.name",
    "usage_other.search_queries",
  ];

  expect(filledIn(filled)).toBe(
    "input, output tokens, search queries and 1 attribute: from a log event, an update or the open record",
  );
});

test("of many fields the first are named", () => {
  const filled = Array.from({ length: 11 }, (_, index) => `field_${index}`);

  expect(filledIn(filled)).toContain("field 7 and 3 other fields: ");
});

test("nothing is said of a whole record, and one sentence where there is none", () => {
  expect(filledIn([])).toBe("");
  expect(filledIn(["input_preview"])).toBe("");
  expect(filledIn(["*"])).toBe("everything: no finished record came");
});
