import { describe, expect, it } from "vitest";
import { type Attached, intakeOf, isText, sentOf } from "./attachments";

const READY: Attached = { key: 1, name: "a", state: "ready", mediaId: null, text: null, why: "" };

describe("a file that is attached", () => {
  it("is an image, a text, or refused with the reason", () => {
    expect(intakeOf({ name: "a.png", type: "image/png", size: 10 })).toEqual({ kind: "image" });
    expect(intakeOf({ name: "a.py", type: "", size: 10 })).toEqual({ kind: "text" });
    expect(intakeOf({ name: "a.svg", type: "image/svg+xml", size: 10 })).toMatchObject({
      why: "a.svg is image/svg+xml; images are PNG, JPEG, WebP or GIF.",
    });
    expect(intakeOf({ name: "a.png", type: "image/png", size: 1e7 + 1 }).kind).toBe("refused");
    expect(intakeOf({ name: "a.log", type: "text/plain", size: 1e6 }).kind).toBe("refused");
  });

  it("is text when it could be read as such", () => {
    expect(isText("Grüße, 世界")).toBe(true);
    expect(isText("PK\u0003\u0000")).toBe(false);
    expect(isText("\uFFFD\uFFFD")).toBe(false);
  });

  it("is sent when it is ready, and only then", () => {
    const all: Attached[] = [
      { ...READY, mediaId: "m1" },
      { ...READY, name: "b.txt", text: "b" },
      { ...READY, state: "failed", mediaId: "m2" },
      { ...READY, state: "reading" },
    ];

    expect(sentOf(all)).toEqual([
      { media_id: "m1", name: "a" },
      { name: "b.txt", text: "b" },
    ]);
  });
});
