import { expect, test } from "vitest";
import { highlight } from "./highlight";

test.each([
  '{"a": 1.5, "b": [true, null]}',
  "def f(x):  # why\n    return 'it\\'s'",
  "select a from b where c = 'd' -- e",
  "`unclosed",
  "",
])("the tokens of %j put together are the code", (code) => {
  expect(
    highlight(code)
      .map(({ text }) => text)
      .join(""),
  ).toBe(code);
});

test("strings, numbers and keywords are told apart", () => {
  const types = highlight('return "x", 12').map(({ type }) => type);

  expect(types).toEqual(["keyword", "plain", "string", "plain", "number"]);
});

test("a huge text is left plain", () => {
  expect(highlight('"x" '.repeat(20_000))).toHaveLength(1);
});
