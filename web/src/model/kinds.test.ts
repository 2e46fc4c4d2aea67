import { expect, test } from "vitest";
import { answersInTokens, type Kind } from "./kinds";

test.each<[Kind, boolean]>([
  ["llm", true],
  ["agent", true],
  ["embedding", false],
  ["reranker", false],
])("a call of the kind %s has tokens of output: %s", (kind, has) => {
  expect(answersInTokens(kind)).toBe(has);
});
