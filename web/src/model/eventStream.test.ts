import { describe, expect, test } from "vitest";
import { eventReader, waitAfter } from "./eventStream";

describe("a stream of events", () => {
  test("is read across slices", () => {
    const read = eventReader(null);

    expect(read(": open\n\nevent: traces\nid: 7\nda")).toEqual([]);
    expect(read('ta: {"a":1}\n\n')).toEqual([{ name: "traces", data: '{"a":1}', lastId: "7" }]);
  });

  test("knows the last id, from a connection before if need be", () => {
    const read = eventReader("6");

    expect(read("data: x\n\nid: 7\ndata: y\n\n").map(({ lastId }) => lastId)).toEqual(["6", "7"]);
  });

  test("takes other line ends and several lines of data", () => {
    const [event] = eventReader(null)("data: a\r\ndata: b\r\n\r\n");

    expect(event).toEqual({ name: "message", data: "a\nb", lastId: null });
  });

  test("is asked for again after 1, 2, 4 and at most 30 seconds", () => {
    expect([1, 2, 3, 4, 5, 6, 60].map(waitAfter)).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });
});
