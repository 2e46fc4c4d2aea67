import { describe, expect, test } from "vitest";
import { layers } from "./layering";

describe("layers", () => {
  const edge = (text: string) => ({ from: text.charAt(0), to: text.charAt(1) });
  const placesOf = (ids: string, ...edges: string[]) => layers(Array.from(ids), edges.map(edge));

  test("lead from callers to what they call, as far right as the longest way", () => {
    const places = placesOf("abcd", "ab", "ac", "bc", "cd");

    expect([...places].map(([id, { layer }]) => `${id}${layer}`)).toEqual(["a0", "b1", "c2", "d3"]);
  });

  test("are not confused by circles", () => {
    const places = placesOf("abc", "ab", "bc", "ca", "aa");

    expect(["a", "b", "c"].map((id) => places.get(id)?.layer)).toEqual([0, 1, 2]);
  });

  test("avoid a crossing", () => {
    const places = placesOf("abxy", "ay", "bx");

    expect(places.get("y")?.row).toBe(places.get("a")?.row);
  });
});
