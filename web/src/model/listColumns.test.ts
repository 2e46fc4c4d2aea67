import { describe, expect, test } from "vitest";
import { chosenColumns, movedColumn, toggledColumn, tracksOf, widthOf } from "./listColumns";

const ALL = [
  { id: "name", width: 100, grow: 1 },
  { id: "cost", width: 60, rank: 1 },
  { id: "user", width: 60, rank: 2 },
  { id: "release", width: 60, isExtra: true },
];
const ids = (columns: readonly { id: string }[]) => columns.map(({ id }) => id);

describe("the columns of a list", () => {
  test("are the usual ones where there is room", () => {
    expect(ids(chosenColumns(ALL, "", 1000))).toEqual(["name", "cost", "user"]);
  });

  test("go by rank where there is none, and one without a rank stays", () => {
    expect(ids(chosenColumns(ALL, "", widthOf(ALL.slice(0, 2))))).toEqual(["name", "cost"]);
    expect(ids(chosenColumns(ALL, "", 10))).toEqual(["name"]);
  });

  test("are those that were named, in their order, whatever the room", () => {
    expect(ids(chosenColumns(ALL, "release,gone,name,release", 10))).toEqual(["release", "name"]);
  });

  test("are the usual ones when none of the names exists", () => {
    expect(ids(chosenColumns(ALL, "gone", 1000))).toEqual(["name", "cost", "user"]);
  });

  test("become tracks of a grid", () => {
    expect(tracksOf(ALL.slice(0, 2))).toBe("minmax(100px, 1fr) 60px");
  });

  test("are added at the end and taken away, but not the last", () => {
    expect(toggledColumn(["a", "b"], "c")).toEqual(["a", "b", "c"]);
    expect(toggledColumn(["a", "b"], "a")).toEqual(["b"]);
    expect(toggledColumn(["a"], "a")).toEqual(["a"]);
  });

  test("move by one place and not beyond the ends", () => {
    expect(movedColumn(["a", "b", "c"], "a", 1)).toEqual(["b", "a", "c"]);
    expect(movedColumn(["a", "b", "c"], "c", 1)).toEqual(["a", "b", "c"]);
    expect(movedColumn(["a", "b", "c"], "a", -1)).toEqual(["a", "b", "c"]);
  });
});
