import { expect, test } from "vitest";
import { scoreWords } from "./scores";

test("a judgement is told in as many digits as say something", () => {
  const scores = { thumbs: -1, faithful: 0.81999999, safe: true, tone: "curt" };

  expect(scoreWords(scores)).toEqual(["thumbs -1", "faithful 0.82", "safe yes", "tone curt"]);
});
