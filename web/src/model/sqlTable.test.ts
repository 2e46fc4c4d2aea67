import { expect, it } from "vitest";
import { cellText, kindOf, linkOf, movedCell, readableText, widthsOf } from "./sqlTable";

const column = (name: string, type = "String") => ({ name, type });

it("knows numbers and moments by the type of the engine", () => {
  const kinds = [
    "UInt64",
    "Nullable(Decimal(38, 12))",
    "LowCardinality(String)",
    "DateTime('UTC')",
  ].map((type) => kindOf(column("x", type)));

  expect(kinds).toEqual(["number", "number", "text", "time"]);
  expect(kindOf(column("x", "Array(UInt8)"))).toBe("text");
});

it("leads from ids to what they are of", () => {
  const columns = ["trace_id", "span_id", "session_id", "name"].map((name) => column(name));
  const row = ["t1", "s1", "c1", "chat"];
  const links = row.map((_, at) => linkOf({ columns, rows: [row] }, row, at));

  expect(links).toEqual([
    { traceId: "t1", spanId: "" },
    { traceId: "t1", spanId: "s1" },
    { sessionId: "c1" },
    null,
  ]);
});

it("leads nowhere from a span without its trace, nor from an empty id", () => {
  expect(linkOf({ columns: [column("span_id")], rows: [] }, ["s1"], 0)).toBeNull();
  expect(linkOf({ columns: [column("trace_id")], rows: [] }, [""], 0)).toBeNull();
});

it("shows lists and maps as JSON, and gives long cells a bounded width", () => {
  expect(cellText({ a: [1] })).toBe('{"a":[1]}');
  expect(cellText(true)).toBe("true");
  const [narrow = 0, wide = 0] = widthsOf({
    columns: [column("n"), column("text")],
    rows: [[1, "x".repeat(9000)]],
  });
  expect(narrow).toBeLessThan(80);
  expect(wide).toBeLessThan(400);
});

it("moves from cell to cell and never out of the table", () => {
  const table = {
    columns: [column("a"), column("b")],
    rows: [
      [1, 2],
      [3, 4],
    ],
  };
  const path = ["ArrowLeft", "ArrowLeft", "ArrowDown", "End", "PageDown", "ArrowRight", "Home"];
  const places = path.reduce<ReturnType<typeof movedCell>[]>(
    (found, key) => [...found, movedCell(found.at(-1) ?? null, key, table)],
    [],
  );

  expect(places.map((place) => [place?.row, place?.column])).toEqual([
    [0, 0],
    [0, 0],
    [1, 0],
    [1, 1],
    [1, 1],
    [1, 1],
    [1, 0],
  ]);
  expect(movedCell(null, "x", table)).toBeNull();
  expect(movedCell(null, "ArrowDown", { ...table, rows: [] })).toBeNull();
});

it("lays out JSON to be read, and leaves what only looks like it", () => {
  expect(readableText('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(readableText(["x"])).toBe('[\n  "x"\n]');
  expect(readableText("[broken")).toBe("[broken");
});
