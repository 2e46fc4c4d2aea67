import { expect, test } from "vitest";
import { nextRange, type RowRange, wantedRange } from "./rowRange";

const ROW = 26;
const MOST = 16;

function steps(drawn: RowRange, wanted: RowRange): RowRange[] {
  const found = [drawn];
  for (let next = nextRange(drawn, wanted, MOST); next !== found.at(-1);) {
    found.push(next);
    next = nextRange(next, wanted, MOST);
  }
  return found.slice(1);
}

test("the rows in view are wanted, and some before and after them", () => {
  const wanted = wantedRange({ top: 100 * ROW, height: 30 * ROW, rowHeight: ROW }, 1000);

  expect(wanted).toEqual({ first: 88, last: 144 });
  expect(wantedRange({ top: 0, height: 30 * ROW, rowHeight: ROW }, 10)).toEqual({
    first: 0,
    last: 10,
  });
  expect(wantedRange({ top: 9e9, height: 30 * ROW, rowHeight: ROW }, 10)).toEqual({
    first: 10,
    last: 10,
  });
});

test("after a jump the rows in view are drawn first, a few at a time", () => {
  const found = steps({ first: 0, last: 44 }, { first: 88, last: 144 });

  expect(found).toEqual([
    { first: 100, last: 116 },
    { first: 100, last: 132 },
    { first: 96, last: 144 },
    { first: 88, last: 144 },
  ]);
});

test("a scroll adds rows on one side and drops them on the other", () => {
  expect(steps({ first: 88, last: 144 }, { first: 92, last: 148 })).toEqual([
    { first: 92, last: 148 },
  ]);
  expect(steps({ first: 88, last: 144 }, { first: 84, last: 140 })).toEqual([
    { first: 84, last: 140 },
  ]);
});

test("rows that are no longer there are not drawn", () => {
  expect(steps({ first: 0, last: 44 }, { first: 0, last: 0 })).toEqual([{ first: 0, last: 0 }]);
  expect(steps({ first: 40, last: 90 }, { first: 0, last: 20 })).toEqual([
    { first: 0, last: 16 },
    { first: 0, last: 20 },
  ]);
});
