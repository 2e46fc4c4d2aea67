import { describe, expect, it } from "vitest";
import { ownBytes, PAGE_BYTES, pageCount, pageOf, pageText, rangeOf, withLines } from "./textPages";

const encoder = new TextEncoder();

function given(whole: Uint8Array, page: number): Uint8Array {
  const [first = 0, last = 0] = rangeOf(page).slice("bytes=".length).split("-").map(Number);
  return whole.subarray(first, last + 1);
}

describe("pages of a text", () => {
  it.each(["x", "é", "夜", "😀"])(
    "hold each character once, whatever its length: %s",
    (character) => {
      for (const shift of [0, 1, 2, 3]) {
        const text = "-".repeat(shift) + character.repeat(PAGE_BYTES);
        const whole = encoder.encode(text);
        const pages = Array.from({ length: pageCount(whole.length) }, (_, page) =>
          new TextDecoder().decode(ownBytes(page, given(whole, page))),
        );
        expect(pages.join("") === text).toBe(true);
      }
    },
  );

  it("are found by a byte", () => {
    expect(pageOf(0)).toBe(0);
    expect(pageOf(PAGE_BYTES - 1)).toBe(0);
    expect(pageOf(PAGE_BYTES)).toBe(1);
    expect(pageCount(0)).toBe(1);
    expect(pageCount(PAGE_BYTES + 1)).toBe(2);
  });

  it("show what was found on them, also where it begins in the midst of wide characters", () => {
    const text = `${"夜".repeat(30_000)}needle😀${"x".repeat(PAGE_BYTES)}`;
    const whole = encoder.encode(text);
    const start = encoder.encode("夜".repeat(30_000)).length;
    const page = pageOf(start);
    const shown = pageText(page, given(whole, page), start, "needle");
    expect(shown.found).toBe("needle");
    expect(shown.before.endsWith("夜")).toBe(true);
    expect(shown.after.startsWith("😀x")).toBe(true);
    expect(pageText(0, given(whole, 0), start, "needle").found).toBe("");
  });
});

describe("JSON as it is read", () => {
  it("has lines for escapes, and backslashes for backslashes", () => {
    expect(withLines(String.raw`[{"a":"one\ntwo\t\"three\" \\n"}]`)).toBe(
      '[{"a":"one\ntwo\t"three" \\n"}]',
    );
  });
});
