import { describe, expect, test } from "vitest";
import { fileName, rowCounter, shareOf } from "./exporting";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("an export", () => {
  test("is called by its list and the time", () => {
    const now = new Date("2026-11-21T09:30:12Z");

    expect(fileName("traces", "markdown", now)).toBe("traces-2026-11-21-0930.md");
  });

  test("counts rows over slices, and not the line ends inside of a quoted cell", () => {
    const count = rowCounter("csv");

    expect(count(bytes('id,name\r\n1,"two\nli'))).toBe(0);
    expect(count(bytes('nes"\r\n2,b\r\n'))).toBe(2);
  });

  test("does not count what stands above the rows", () => {
    expect(rowCounter("markdown")(bytes("| id |\n|---|\n| 1 |\n"))).toBe(1);
    expect(rowCounter("jsonl")(bytes('{"id":1}\n{"id":2}\n'))).toBe(2);
  });

  test("tells the share that has come once the whole is known", () => {
    expect(shareOf({ bytes: 10, rows: 5, total: null })).toBeNull();
    expect(shareOf({ bytes: 10, rows: 5, total: 20 })).toBe(0.25);
    expect(shareOf({ bytes: 0, rows: 0, total: 0 })).toBe(1);
  });
});
