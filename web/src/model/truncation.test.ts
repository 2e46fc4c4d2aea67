import { describe, expect, it } from "vitest";
import { cutForGood, fieldName, truncation } from "./truncation";

describe("what was cut", () => {
  it("is told in a sentence", () => {
    expect(truncation("input:1048577")).toBe("input was cut; it had 1,048,577 bytes.");
    expect(truncation("attributes.a:b:9")).toBe("attributes.a:b was cut; it had 9 bytes.");
    expect(truncation("start_ns:far ahead")).toBe("start_ns:far ahead was cut.");
  });

  it("is gone for good unless it is whole somewhere", () => {
    const whole = [{ field: "input", size_bytes: 5 }];
    expect(cutForGood(["input:5", "name:20000"], whole)).toEqual(["name:20000"]);
    expect(cutForGood(["input:6"], whole)).toEqual(["input:6"]);
  });

  it("has a name for people", () => {
    expect(fieldName("tool_result")).toBe("Tool result");
    expect(fieldName("attributes.llm.prompt")).toBe("llm.prompt");
  });
});
