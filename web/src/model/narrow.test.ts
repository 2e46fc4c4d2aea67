import { expect, it } from "vitest";
import { narrow } from "./narrow";

it("adds a term to a filter, and keeps alternatives together", () => {
  expect(narrow("", "status:error")).toBe("status:error");
  expect(narrow("env:dev ", "")).toBe("env:dev");
  expect(narrow("env:dev", "status:error")).toBe("env:dev status:error");
  expect(narrow("a OR b", "status:error")).toBe("(a OR b) status:error");
});
