import { describe, expect, test } from "vitest";
import { bothOf, facetState, termsOf, withFacet, withoutFacet } from "./terms";

describe("the terms of a filter", () => {
  test("stand side by side, quotes and parentheses kept together", () => {
    expect(termsOf('kind:llm "late (parcel" (a OR b) AND NOT env:dev attr["a b"]=3')).toEqual([
      "kind:llm",
      '"late (parcel"',
      "(a OR b)",
      "NOT env:dev",
      'attr["a b"]=3',
    ]);
  });

  test("are one where OR joins them", () => {
    expect(termsOf("kind:llm OR kind:tool")).toEqual(["kind:llm OR kind:tool"]);
  });

  test("are kept apart from another filter's", () => {
    expect(bothOf("a OR b", "user:ann")).toBe("(a OR b) user:ann");
    expect(bothOf("", "user:ann")).toBe("user:ann");
  });
});

describe("a facet", () => {
  test("adds its value to the filter and takes it away again", () => {
    const once = withFacet("cost>1", "status", "error");

    expect(once).toBe("cost>1 status:error");
    expect(facetState(once, "status", "error")).toBe("in");
    expect(withFacet(once, "status", "error")).toBe("cost>1");
  });

  test("asks for any of two values", () => {
    const both = withFacet("status:error cost>1", "status", "open");

    expect(both).toBe("status:(error OR open) cost>1");
    expect(facetState(both, "status", "error")).toBe("in");
    expect(facetState(both, "status", "open")).toBe("in");
    expect(withFacet(both, "status", "error")).toBe("status:open cost>1");
  });

  test("leaves a value out, and no longer", () => {
    const out = withoutFacet("status:error", "status", "error");

    expect(out).toBe("-status:error");
    expect(facetState(out, "status", "error")).toBe("out");
    expect(withoutFacet(out, "status", "error")).toBe("");
    expect(withFacet(out, "status", "error")).toBe("status:error");
  });

  test("quotes a value that would be read otherwise", () => {
    const text = withFacet("", "name", 'say "hi"');

    expect(termsOf(text)).toHaveLength(1);
    expect(facetState(text, "name", 'say "hi"')).toBe("in");
  });

  test("puts a filter of alternatives in parentheses", () => {
    expect(withFacet("a OR b", "kind", "llm")).toBe("(a OR b) kind:llm");
  });
});
