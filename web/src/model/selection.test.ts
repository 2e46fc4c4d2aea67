import { describe, expect, test } from "vitest";
import { extendedTo, NOTHING_SELECTED, toggledRow } from "./selection";

const ORDER = ["a", "b", "c", "d"];

describe("a selection", () => {
  test("takes a row and lets it go again", () => {
    const one = toggledRow(NOTHING_SELECTED, "a");

    expect([...one.ids]).toEqual(["a"]);
    expect([...toggledRow(one, "a").ids]).toEqual([]);
  });

  test("takes all rows from the last one to this one, up or down", () => {
    const down = extendedTo(toggledRow(NOTHING_SELECTED, "b"), ORDER, "d");

    expect([...down.ids]).toEqual(["b", "c", "d"]);
    expect([...extendedTo(down, ORDER, "a").ids].sort()).toEqual(ORDER);
  });

  test("takes the one row when the last one is no longer listed", () => {
    const gone = toggledRow(NOTHING_SELECTED, "z");

    expect([...extendedTo(gone, ORDER, "c").ids]).toEqual(["z", "c"]);
  });
});
