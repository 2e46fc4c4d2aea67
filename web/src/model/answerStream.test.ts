import { describe, expect, it } from "vitest";
import { ending, heard, NOTHING_YET, settledPieces, shownText } from "./answerStream";
import { eventReader } from "./eventStream";

const WIRE = [
  'event: reasoning\nid: 1\ndata: {"text":"Hm."}\n\n',
  ": still here\n\n",
  'event: text\nid: 2\ndata: {"text":"Two "}\n\n',
  'event: text\nid: 3\ndata: {"text":"lines\\nhere"}\n\n',
  'event: done\nid: 4\ndata: {"id":"a","status":"ok"}\n\n',
];

describe("an answer that comes", () => {
  it("is what its events add up to, however they are sliced", () => {
    const read = eventReader(null);
    const wire = WIRE.join("");
    let said = NOTHING_YET;
    for (let at = 0; at < wire.length; at += 7) said = heard(said, read(wire.slice(at, at + 7)));

    expect(said).toEqual({ text: "Two lines\nhere", reasoning: "Hm.", after: "4" });
  });

  it("goes on after a break from the last event", () => {
    const first = heard(NOTHING_YET, eventReader(null)(WIRE.slice(0, 3).join("")));
    const then = heard(first, eventReader(first.after)(WIRE.slice(3).join("")));

    expect(first.after).toBe("2");
    expect(then.text).toBe("Two lines\nhere");
  });

  it("has ended with what the last event says that it is", () => {
    const read = eventReader(null);

    expect(ending(read(WIRE.slice(0, 4).join("")))).toBeNull();
    expect(ending(read(WIRE[4] ?? ""))).toBe('{"id":"a","status":"ok"}');
  });

  it("shows what was stored before a reload until it has caught up", () => {
    expect(shownText("Two li", "")).toBe("Two li");
    expect(shownText("Two li", "Two ")).toBe("Two li");
    expect(shownText("Two li", "Two lines")).toBe("Two lines");
  });
});

describe("markdown that grows", () => {
  const cut = (text: string) => settledPieces(text);

  it("is cut after paragraphs, and is the same text again", () => {
    const text = "First.\n\nSecond\nline.\n\n\n## Third\n\nlast";

    expect(cut(text)).toEqual(["First.\n\n", "Second\nline.\n\n\n", "## Third\n\n", "last"]);
    expect(cut(text).join("")).toBe(text);
  });

  it("is not cut in code, in lists and in tables", () => {
    expect(cut("```py\na\n\nb\n```\n\nend")).toEqual(["```py\na\n\nb\n```\n\n", "end"]);
    expect(cut("~~~\n```\n\nb")).toHaveLength(1);
    expect(cut("1. one\n\n2. two\n\n   more\n\nend")).toEqual([
      "1. one\n\n2. two\n\n   more\n\n",
      "end",
    ]);
    expect(cut("|a|\n|-|\n\n|b|")).toHaveLength(1);
  });

  it("never changes a piece but the last while it grows", () => {
    const text = "One.\n\n- a\n- b\n\nTwo\n\n```\nx\n\ny\n```\n\nThree **bold**\n\nFour";
    for (let end = 1; end < text.length; end += 1) {
      const before = cut(text.slice(0, end)).slice(0, -1);

      expect(cut(text.slice(0, end + 1)).slice(0, before.length)).toEqual(before);
    }
  });
});
