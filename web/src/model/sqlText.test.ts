import { describe, expect, it } from "vitest";
import { hintsAt, markAt, plainType } from "./sqlText";

const SCHEMA = {
  tables: [
    {
      name: "spans",
      says: "Spans: one row a span.",
      columns: [
        { name: "trace_id", type: "String", says: "of the trace" },
        { name: "kind", type: "LowCardinality(String)", says: "what it is" },
      ],
    },
    {
      name: "scores",
      says: "Scores: one row a score.",
      columns: [
        { name: "trace_id", type: "String", says: "what was judged" },
        { name: "value", type: "Nullable(Float64)", says: "how good" },
      ],
    },
  ],
  functions: ["count", "sum"],
};

/** What is offered at the `|` of a query, by type. */
function offered(marked: string) {
  const [before = "", after = ""] = marked.split("|");
  const { from, hints } = hintsAt(before, before + after, SCHEMA);
  const of = (type: string) => hints.filter((hint) => hint.type === type).map(({ label }) => label);
  return { from, hints, columns: of("column"), tables: of("table"), functions: of("function") };
}

describe("what fits at the caret", () => {
  it("is a table behind from and join", () => {
    const { tables, hints } = offered("select 1 from sp|");

    expect(tables).toEqual(["spans", "scores"]);
    expect(hints).toHaveLength(2);
  });

  it("is a column of the tables that the query names, also after the caret", () => {
    expect(offered("select k| from spans").columns).toEqual(["trace_id", "kind"]);
    expect(offered("select k| from spans join scores on 1").columns).toContain("value");
  });

  it("is a column of the table before the dot, by its name or by what the query calls it", () => {
    expect(offered("select s.| from spans as t join scores s on 1").columns).toEqual([
      "trace_id",
      "value",
    ]);
    expect(offered("select t.tr| from spans as t").from).toBe("select t.".length);
    expect(offered("select spans.| from spans").columns).toContain("kind");
    expect(offered("select nothing.| from spans").hints).toEqual([]);
  });

  it("is told with type and meaning, of each table that has it", () => {
    const trace = offered("select |").hints.find(({ label }) => label === "trace_id");

    expect(trace).toMatchObject({
      detail: "String",
      info: "spans: of the trace\nscores: what was judged",
    });
    expect(
      offered("select | from scores").hints.find(({ label }) => label === "value")?.detail,
    ).toBe("Float64?");
  });

  it("puts functions before columns only while no table is named", () => {
    const boosts = (marked: string) =>
      Object.fromEntries(offered(marked).hints.map(({ label, boost }) => [label, boost]));

    expect(boosts("select |").count).toBeGreaterThan(boosts("select |").kind ?? 0);
    expect(boosts("select | from spans").count).toBeLessThan(
      boosts("select | from spans").kind ?? 0,
    );
  });
});

describe("a place of the server", () => {
  it("is the word that begins there", () => {
    const text = "select name,\n  sleep(3)";

    expect(text.slice(...Object.values(markAt(text, 2, 3)))).toBe("sleep");
  });

  it("is one character where no word is, and the last one behind the end", () => {
    expect(markAt("select *", 1, 8)).toEqual({ from: 7, to: 8 });
    expect(markAt("select (", 1, 9)).toEqual({ from: 7, to: 8 });
    expect(markAt("", 1, 1)).toEqual({ from: 0, to: 0 });
  });

  it("counts a character of two code units once", () => {
    const text = "select '🎉', bad";

    expect(text.slice(...Object.values(markAt(text, 1, 13)))).toBe("bad");
  });
});

it("says a type without how it is stored", () => {
  expect(plainType("LowCardinality(Nullable(String))")).toBe("String?");
  expect(plainType("DateTime64(9, 'UTC')")).toBe("DateTime64(9, 'UTC')");
});
