import { expect, test } from "vitest";
import { searchedWords, wordsPattern } from "./searchedWords";

test.each([
  ["refund", ["refund"]],
  ['kind:llm "refund policy" cost>2', ["refund policy"]],
  ["-refund NOT policy", []],
  ["user:(ann OR bob) (late OR lost)", ["late", "lost"]],
  ["-(late OR lost) paid", ["paid"]],
  ["refu*", ["refu"]],
  [String.raw`"say \"no\""`, ['say "no"']],
])("%s looks for %j", (filter, words) => {
  expect(searchedWords(filter)).toEqual(words);
});

test.each([
  ["Zebra finch", "one ZEBRA\n finch"],
  ["orders", "search_orders"],
  ["订单", "我的订单在哪"],
  ["طلبي", "أين طلبي؟"],
  ["注文", "注文が届いた"],
  ["a.b(c)", "x = a.b(c)"],
])("%s is found in %s", (word, text) => {
  expect(wordsPattern([word])?.test(text)).toBe(true);
});

test("without words there is nothing to be found", () => {
  expect(wordsPattern(searchedWords("status:error"))).toBeNull();
});
