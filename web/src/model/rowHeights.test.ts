import { describe, expect, test } from "vitest";
import { rowHeights } from "./rowHeights";

describe("heights of rows", () => {
  test("add up to where each begins, whatever has been measured", () => {
    const plain = Array.from({ length: 137 }, (_, index) => 10 + ((index * 7) % 23));
    const heights = rowHeights(plain);

    for (let turn = 0; turn < 300; turn += 1) {
      const index = (turn * 53) % plain.length;
      const height = 5 + ((turn * 31) % 90);
      expect(heights.set(index, height)).toBe(height - (plain[index] ?? 0));
      plain[index] = height;
    }

    let top = 0;
    plain.forEach((height, index) => {
      expect(heights.topOf(index)).toBe(top);
      expect(heights.at(top)).toBe(index);
      expect(heights.at(top + height - 0.5)).toBe(index);
      expect(heights.heightOf(index)).toBe(height);
      top += height;
    });
    expect(heights.topOf(plain.length)).toBe(top);
  });

  test("stay as they were measured when rows are added", () => {
    const before = rowHeights([20, 20, 20]);
    before.set(1, 50);

    const after = rowHeights([20, 20, 20, 20], before);

    expect([0, 1, 2, 3, 4].map(after.topOf)).toEqual([0, 20, 70, 90, 110]);
  });

  test("have a first and a last row for what is outside", () => {
    const heights = rowHeights([20, 30, 40]);

    expect([-5, 0, 19, 20, 89, 90, 1e6].map(heights.at)).toEqual([0, 0, 0, 1, 2, 2, 2]);
    expect(heights.set(3, 10)).toBe(0);
    expect(rowHeights([]).at(7)).toBe(0);
    expect(rowHeights([]).topOf(0)).toBe(0);
  });
});
