import { describe, expect, test } from "vitest";
import { diffWords, folded, type Piece } from "./wordDiff";

const textOf = (pieces: readonly Piece[], other: "first" | "second") =>
  pieces.flatMap((piece) => (piece.in === other ? [] : piece.text)).join("");

/** `a [-gone-] {+new+} b` */
function told(first: string, second: string): string {
  return diffWords(first, second)
    .map(({ in: where, text }) =>
      where === "both" ? text : where === "first" ? `[-${text}-]` : `{+${text}+}`,
    )
    .join("");
}

describe("a diff by words", () => {
  test.each([
    ["", "", ""],
    ["same", "same", "same"],
    ["", "new", "{+new+}"],
    ["gone", "", "[-gone-]"],
    ["the red fox", "the brown fox", "the [-red-]{+brown+} fox"],
    ["one two three", "one three", "one [-two -]three"],
    ["one three", "one two three", "one {+two +}three"],
    ["a b c d", "a x c y", "a [-b-]{+x+} c [-d-]{+y+}"],
    ["costs 12.50", "costs 12.75", "costs [-12.50-]{+12.75+}"],
    // Of two quite different sentences the words that both happen to have tell nothing.
    [
      "Sorry, the refund of the order is not possible.",
      "We sent the money to your card, it is there on Friday.",
      "[-Sorry, the refund of the order is not possible-]{+We sent the money to your card, it is there on Friday+}.",
    ],
  ])("%j → %j", (first, second, says) => {
    expect(told(first, second)).toBe(says);
  });

  test("takes words of every script", () => {
    expect(told("退款已经完成", "退款尚未完成")).toMatch(/^退款\[-.+-\]\{\+.+\+\}完成$/);
    expect(told("طلبي هنا", "طلبي هناك")).toBe("طلبي [-هنا-]{+هناك+}");
  });

  test("gives both texts back, whatever they are", () => {
    let seed = 3;
    const random = (most: number) => (seed = (seed * 16_807) % 2_147_483_647) % most;
    for (let round = 0; round < 200; round += 1) {
      const text = () => Array.from({ length: random(30) }, () => "ab \n.é"[random(6)]).join("");
      const [first, second] = [text(), text()];

      const pieces = diffWords(first, second);

      expect(textOf(pieces, "second")).toBe(first);
      expect(textOf(pieces, "first")).toBe(second);
    }
  });

  test("of very different texts is by lines, or of all", () => {
    const words = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => `w${from + at}`).join(" ");
    const lines = diffWords(`${words(0, 900)}\nsame\n`, `${words(2000, 900)}\nsame\n`);
    const all = diffWords(words(0, 3000), words(5000, 3000));

    expect(lines.at(-1)).toEqual({ in: "both", text: "same\n" });
    expect(lines).toHaveLength(3);
    expect(all).toHaveLength(2);
  });
});

test("long stretches that are the same are cut in their middle", () => {
  const same = "x".repeat(1000);

  const shown = folded([
    { in: "both", text: same },
    { in: "first", text: "gone" },
    { in: "both", text: same },
    { in: "second", text: "new" },
    { in: "both", text: "short" },
  ]);

  expect(shown.map(({ in: where }) => where)).toEqual([
    ...["hidden", "both", "first", "both", "hidden", "both", "second", "both"],
  ]);
  expect(shown.map(({ text }) => text).join("")).toBe(`${same}gone${same}newshort`);
});
