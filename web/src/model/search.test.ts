import { expect, test } from "vitest";
import { findSpans, nextOf, searchPattern } from "./search";
import { sketched } from "./sketch";
import { finished } from "./slices";
import { buildTree } from "./tree";

const tree = buildTree(
  ["root", "Größe", "a+b", "größe"].map((name, at) =>
    sketched({ id: String(at), name, from: at, to: 9 }),
  ),
);
const names = ({ name }: { name: string }) => [name];

function found(query: string): number[] {
  const pattern = searchPattern(query);
  return pattern ? finished(findSpans(tree, pattern, names)) : [];
}

test("a search takes the text as it is written, whatever the case", () => {
  expect(found("GRÖSSE")).toEqual([]);
  expect(found("GRÖẞE")).toEqual([1, 3]);
  expect(found("a+b")).toEqual([2]);
  expect(found("  ")).toEqual([]);
});

test("the next match comes after the selected span, and begins anew at the end", () => {
  expect(nextOf([1, 3], 1, 1)).toBe(3);
  expect(nextOf([1, 3], 3, 1)).toBe(1);
  expect(nextOf([1, 3], -1, -1)).toBe(3);
  expect(nextOf([], 0, 1)).toBe(-1);
});
