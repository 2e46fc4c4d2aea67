import { expect, test } from "vitest";
import { findNext, findSpans, searchPattern } from "./search";
import { sketched } from "./sketch";
import { buildTree } from "./tree";

const tree = buildTree(
  ["root", "Größe", "a+b", "größe"].map((name, at) =>
    sketched({ id: String(at), name, from: at, to: 9 }),
  ),
);
const names = ({ name }: { name: string }) => [name];

function found(query: string): number[] {
  const pattern = searchPattern(query);
  return pattern ? findSpans(tree, pattern, names, [0, 9]) : [];
}

test("a search takes the text as it is written, whatever the case", () => {
  expect(found("GRÖSSE")).toEqual([]);
  expect(found("GRÖẞE")).toEqual([1, 3]);
  expect(found("a+b")).toEqual([2]);
  expect(found("  ")).toEqual([]);
});

test("the next match comes after the selected span, and begins anew at the end", () => {
  const pattern = /größe/iu;

  expect(findNext(tree, pattern, names, { from: 1, by: 1 })).toBe(3);
  expect(findNext(tree, pattern, names, { from: 3, by: 1 })).toBe(1);
  expect(findNext(tree, pattern, names, { from: -1, by: -1 })).toBe(1);
  expect(findNext(tree, /nowhere/, names, { from: 0, by: 1 })).toBe(-1);
});
